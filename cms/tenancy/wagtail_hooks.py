"""Closing what Wagtail leaves open between regions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.models import Page, PageQuerySet
from wagtail_localize.models import TranslationSource
from wagtail_localize.views.report import TranslationsReportView
from wagtail_localize.views.submit_translations import SubmitPageTranslationView
from wagtail_localize.views.update_translations import UpdateTranslationsView

from cms.tenancy.brands import BrandViewSet
from cms.tenancy.queries import is_of_province
from cms.tenancy.walls import is_visible, visible


@hooks.register("construct_page_chooser_queryset")
def choose_only_visible(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """List and find no other region's pages in the chooser, nor open it at one."""
    parent_id = request.resolver_match.kwargs.get("parent_page_id") if request.resolver_match else None
    if parent_id is not None and not is_visible(get_object_or_404(Page, pk=parent_id), request.user):
        raise Http404
    return visible(pages, request.user)


@hooks.register("construct_explorer_page_queryset")
def explore_only_visible(parent: Page, pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """List no other region's pages in the explorer, nor open it at one: its title and its way up would already tell."""
    if not is_visible(parent, request.user):
        raise Http404
    return visible(pages, request.user)


@hooks.register("register_admin_viewset")
def brands() -> BrandViewSet:
    """Brands in the menu."""
    return BrandViewSet()


@hooks.register("register_admin_urls", order=-1000)
def guarded_urls() -> list[URLPattern]:
    """wagtail-localize's views that ask for no right to the page; addresses come in the order of the hooks, ours first."""
    return [
        path("localize/submit/page/<int:page_id>/", submit_translation, name="guarded_submit_translation"),
        path("localize/update/<int:translation_source_id>/", update_translations, name="guarded_update_translations"),
        path("localize/reports/translations/", translations_report, name="guarded_translations_report"),
        path("localize/reports/translations/results/", translations_results, name="guarded_translations_results"),
    ]


def submit_translation(request: HttpRequest, page_id: int) -> HttpResponse:
    """Begin a translation of a page, unless it is another region's."""
    if not is_visible(get_object_or_404(Page, pk=page_id), request.user):
        raise Http404
    answer: HttpResponse = SubmitPageTranslationView.as_view()(request, page_id=page_id)
    return answer


def update_translations(request: HttpRequest, translation_source_id: int) -> HttpResponse:
    """Bring translations of a page up to date, unless it is another region's."""
    source = get_object_or_404(TranslationSource, pk=translation_source_id)
    pages = Page.objects.filter(translation_key=source.object_id)
    if not all(is_visible(page, request.user) for page in pages):
        raise Http404
    answer: HttpResponse = UpdateTranslationsView.as_view()(request, translation_source_id=translation_source_id)
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
