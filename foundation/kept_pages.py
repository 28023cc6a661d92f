"""Pages that are the same for every visitor, kept for some seconds while nothing changes that they show.

Rooms name the topics of events that change what pages show (``shown``). The moment such an event is committed, every
page is made anew. What only the clock changes, or what tells nobody, is seen after ``KEPT_PAGE_SECONDS`` and the moment
that it takes to make the page.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from time import time
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from foundation.outbox.registry import call_after_commit

type View = Callable[..., HttpResponse]

# Changes whenever something changes that pages show; a part of every page's key.
_EDITION = "kept-pages-edition"
# Longer ones are nobody's bookmark; they would only fill the cache.
_LONGEST_PATH = 300
# Seconds that a page is shown at most while another visitor makes it anew.
_LONGEST_MAKING = 3
# What makes another page of the same address.
_TELLING_HEADERS = ("HX-Request", "X-Part")


def shown(topics: Sequence[str]) -> None:
    """Have all pages made anew right after a change of these topics; called in ``AppConfig.ready``."""
    call_after_commit(topics, begin_edition)


def begin_edition() -> None:
    """Have every page made anew when it is asked for the next time."""
    cache.set(_EDITION, uuid4().hex, None)


def kept(view: View) -> View:
    """Answer a GET from the cache while it is fresh. For pages that are the same for every visitor, and of no other.

    Whatever tells of one visitor is left out: an answer that sets a cookie, looked at the session or must not be stored.
    """

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.KEPT_PAGE_SECONDS or request.method != "GET" or len(request.get_full_path()) > _LONGEST_PATH:
            return view(request, *args, **kwargs)

        def make() -> HttpResponse:
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            return response

        # The key is worked out before the page is made: one made from what was true before a change is kept under the old edition.
        return _kept(_key(request), make, lambda page: _bare(page) if _is_everybodys(request, page) else None)

    return serve


def kept_text(request: HttpRequest, words: str, make: Callable[[], str]) -> str:
    """A page that says the same to everybody to whom it says these words, whatever was sent; kept like the others."""
    return _kept(_key(request, words), make, lambda text: text) if settings.KEPT_PAGE_SECONDS else make()


def _kept[Page](key: str, make: Callable[[], Page], keep: Callable[[Page], Page | None]) -> Page:
    """What is kept under a key while it is fresh, else what is made now.

    :param keep: what is to be kept of what was made; none if it must not be.
    """
    seconds: float = settings.KEPT_PAGE_SECONDS
    found: tuple[float, Page] | None = cache.get(key)
    if found is not None:
        fresh_until, old = found
        # One visitor makes an old page anew; meanwhile the others get the old one, and do not all make it.
        if time() < fresh_until or not cache.add(f"{key}-anew", True, _LONGEST_MAKING):
            return old
    made = make()
    page = keep(made)
    if page is not None:
        cache.set(key, (time() + seconds, page), seconds + _LONGEST_MAKING)
    elif found is not None:
        cache.delete(key)
    if found is not None:
        cache.delete(f"{key}-anew")
    return made


def _key(request: HttpRequest, *words: str) -> str:
    edition = cache.get_or_set(_EDITION, lambda: uuid4().hex, None)
    telling = [request.headers.get(name, "") for name in _TELLING_HEADERS]
    asked = [str(edition), request.scheme or "", request.get_host(), request.get_full_path(), *telling, *words]
    return f"kept-page:{sha256('\n'.join(asked).encode()).hexdigest()}"


def _is_everybodys(request: HttpRequest, response: HttpResponse) -> bool:
    control = response.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "private" not in control
        and "no-store" not in control
        and not request.session.accessed
    )


def _bare(response: HttpResponse) -> HttpResponse:
    """The answer without its template and context, which hold rows and cannot be kept."""
    return HttpResponse(response.content, headers=dict(response.items()))
