"""Posts from cached pages: these hold no token, so the browser's own word on where a post comes from decides."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from frontend.parts.origins import is_same_site


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
