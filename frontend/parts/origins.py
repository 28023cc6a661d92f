"""Where a post comes from, by the browser's own word."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import is_same_domain

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
