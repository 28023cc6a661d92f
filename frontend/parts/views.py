"""The brands' stylesheet, the offline page, and the list of patterns."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.views import defaults
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from frontend.parts import brands as brand_values
from frontend.parts import samples
from tourism.regions import queries


@require_safe
def brands(request: HttpRequest, version: str) -> HttpResponse:
    """The regions' colours. For good under the version of its content, briefly under any other."""
    current, text = brand_values.current()
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if version == current else "public, max-age=60"
    return response


@require_safe
@cache_control(public=True, max_age=86400)
def boundaries(request: HttpRequest) -> HttpResponse:
    """The regencies' boundaries for the map that is drawn on demand."""
    geometries = queries.boundaries()
    features = [
        {
            "type": "Feature",
            "properties": {"code": regency.code, "slug": regency.slug, "name": regency.short_name},
            "geometry": geometries[regency.code],
        }
        for regency in queries.regencies()
        if regency.code in geometries
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is nothing here for this visitor, said in a language of the site: the admin has names of its own for them."""
    language = get_language() or settings.LANGUAGE_CODE
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return defaults.page_not_found(request, exception)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows when there is no signal; kept by its service worker."""
    return render(request, "offline.html")


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Every part in every state; ``?bahasa=en`` shows the English words, ``?daerah=`` another region's brand."""
    with override("en" if request.GET.get("bahasa") == "en" else "id"):
        return render(request, "patterns.html", samples.everything(region=request.GET.get("daerah", "")))
