"""Posts from cached pages: these hold no token, so the browser's own word on where a post comes from decides."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import is_same_domain
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

OWN_SITES = ("same-origin", "same-site")


def is_same_site(request: HttpRequest) -> bool:
    """Whether a post comes from one of our own pages, by ``Origin`` and ``Sec-Fetch-Site``, which no page can forge.

    Browsers that do not send ``Sec-Fetch-Site`` are judged by ``Origin`` alone; without ``Origin`` nothing is accepted.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_SITES:
        return False
    origin = urlsplit(request.headers.get("Origin", ""))
    if f"{origin.scheme}://{origin.netloc}" == f"{request.scheme}://{request.get_host()}":
        return True
    trusted = (urlsplit(pattern) for pattern in settings.CSRF_TRUSTED_ORIGINS)
    return any(
        origin.scheme == pattern.scheme and is_same_domain(origin.netloc, pattern.netloc.removeprefix("*"))
        for pattern in trusted
    )


def same_site_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Accept posts without a token, from our own pages only; refuse any other with 403."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_same_site(request):
            return render(request, "checkout/other_site.html", status=403)
        return view(request, *args, **kwargs)

    return guarded
