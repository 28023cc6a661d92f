"""All addresses. Without a language prefix for good: admin, API, media, notifications, ticket and gate links."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as serve_page

from config import checks as checks  # registers them
from foundation.kept_pages import kept

handler404 = "frontend.parts.views.not_found"


def rooms(*names: str) -> list[URLPattern | URLResolver]:
    """The addresses of each room."""
    present = [name for name in names if (settings.BASE_DIR / name.replace(".", "/") / "urls.py").exists()]
    return [path("", include(f"{name}.urls")) for name in present]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("frontend.account.link_urls")),
    *rooms(
        "marketplace.payments",
        "marketplace.payouts",
        "frontend.crawlers",
        "frontend.api",
        "frontend.gate",
        "frontend.parts",
        "frontend.office",
    ),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *([] if settings.S3_BUCKET else [re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT})]),
    *i18n_patterns(
        path("akun/", include("allauth.urls")),
        *rooms("frontend.storefront", "frontend.checkout", "frontend.account", "frontend.seller"),
        re_path(wagtail_urls.serve_pattern, kept(serve_page), name="wagtail_serve"),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]
