"""Closing what Wagtail leaves open between regions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.views import chooser
from wagtail.models import Page, PageQuerySet
from wagtail_localize.views.report import TranslationsReportView

from cms.tenancy.brands import BrandViewSet
from cms.tenancy.queries import is_of_province
from cms.tenancy.walls import is_visible, visible


@hooks.register("construct_page_chooser_queryset")
def choose_only_visible(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """List and find no other region's pages in the chooser."""
    return visible(pages, request.user)


@hooks.register("construct_explorer_page_queryset")
def explore_only_visible(parent: Page, pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """List no other region's pages in the explorer, also where somebody gave a group a right too many."""
    return visible(pages, request.user)


@hooks.register("register_admin_viewset")
def brands() -> BrandViewSet:
    """Brands in the menu."""
    return BrandViewSet()


@hooks.register("register_admin_urls", order=1000)
def guarded_urls() -> list[URLPattern]:
    """The chooser opened at a page, and the report of translations, asked for by address.

    Wagtail puts what hooks register before its own, the last hook first.
    """
    return [
        path("choose-page/<int:parent_page_id>/", browse_visible, name="guarded_choose_page_child"),
        path("localize/reports/translations/", translations_report, name="guarded_translations_report"),
        path("localize/reports/translations/results/", translations_results, name="guarded_translations_results"),
    ]


def browse_visible(request: HttpRequest, parent_page_id: int) -> HttpResponse:
    """Open the chooser at a page, unless it is another region's."""
    if not is_visible(get_object_or_404(Page, pk=parent_page_id), request.user):
        raise Http404
    answer: HttpResponse = chooser.BrowseView.as_view()(request, parent_page_id=parent_page_id)
    return answer


def translations_report(request: HttpRequest) -> HttpResponse:
    """All translations of all regions, for the province."""
    if not is_of_province(request.user):
        raise Http404
    answer: HttpResponse = TranslationsReportView.as_view()(request)
    return answer


def translations_results(request: HttpRequest) -> HttpResponse:
    """The same, as it is filtered."""
    if not is_of_province(request.user):
        raise Http404
    answer: HttpResponse = TranslationsReportView.as_view(results_only=True)(request)
    return answer


@hooks.register("construct_reports_menu")
def hide_report_of_all(request: HttpRequest, menu_items: list[Any]) -> None:
    """Offer the report of translations to the province only."""
    if not is_of_province(request.user):
        menu_items[:] = [item for item in menu_items if "localize" not in str(getattr(item, "url", ""))]
