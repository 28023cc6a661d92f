"""Gives each request its buyer, read only when somebody asks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from foundation.accounts.buyer import buyer_of


class BuyerMiddleware:
    """Sets ``request.buyer``; lazy, so that public pages touch no session and stay cacheable."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.buyer = SimpleLazyObject(lambda: buyer_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)
