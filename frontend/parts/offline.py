"""What keeps pages for when there is no signal."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django_vite.templatetags.django_vite import vite_asset_url


@require_safe
@cache_control(public=True, max_age=0)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of tickets and gates: each serves it from its own folder, which is all it may then answer for."""
    script = vite_asset_url("src/offline/worker.ts")
    return HttpResponse(f'importScripts("{script}");\n', content_type="text/javascript; charset=utf-8")
