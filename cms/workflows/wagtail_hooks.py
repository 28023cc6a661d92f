"""The admin as editors, moderators and the province see it."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import SubmitForModerationMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.admin.widgets import Button

from cms.pages.models import DestinationPage
from cms.tenancy.queries import may, regions_of
from cms.workflows import views
from cms.workflows.panels import DeskPanel
from cms.workflows.queries import CLOSERS
from tourism.destinations.models import Destination


class ClosuresMenuItem(MenuItem):
    """Closures, for those who may declare them."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only for editors and moderators."""
        return bool(regions_of(request.user, roles=CLOSERS))


class SubmitForReview(SubmitForModerationMenuItem):
    """The same action in words that say what happens."""

    label = _("Submit for review")

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Say the same whatever the workflow is called."""
        context: dict[str, Any] = super().get_context_data(parent_context)
        context["label"] = self.label
        return context


@hooks.register("register_admin_urls")
def closure_urls() -> list[URLPattern]:
    """Addresses of the closures."""
    return [
        path("penutupan/", views.closures, name="closures"),
        path("penutupan/baru/", views.choose_place, name="closure_choose"),
        path("penutupan/tempat/<int:destination_id>/", views.close, name="closure_add"),
        path("penutupan/<int:closure_id>/buka/", views.reopen, name="closure_lift"),
    ]


@hooks.register("register_admin_menu_item")
def closures_menu_item() -> MenuItem:
    """Closures in the menu."""
    return ClosuresMenuItem(_("Closures"), reverse("closures"), name="closures", icon_name="warning", order=300)


@hooks.register("register_page_header_buttons")
def mark_closed_in_header(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer to mark a destination as closed, beside its other actions."""
    yield from mark_closed_button(page, user)


@hooks.register("register_page_listing_more_buttons")
def mark_closed_in_listing(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Offer to mark a destination as closed in the list of pages."""
    yield from mark_closed_button(page, user)


def mark_closed_button(page: Any, user: Any) -> Iterator[Button]:
    """The button, for a published destination of a region in which the account may close places."""
    if page.specific_class is not DestinationPage:
        return
    place = Destination.objects.published().filter(translation_key=page.translation_key).only("pk", "region_id").first()
    if place is not None and may(user, region_id=place.region_id, roles=CLOSERS):
        yield Button(_("Mark as closed"), reverse("closure_add", args=[place.pk]), icon_name="warning", priority=12)


@hooks.register("construct_page_action_menu")
def say_submit_for_review(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Say what happens instead of the workflow's name."""
    menu_items[:] = [SubmitForReview(order=item.order) if item.name == "action-submit" else item for item in menu_items]


@hooks.register("construct_homepage_panels")
def show_desk(request: HttpRequest, panels: list[Any]) -> None:
    """Put the desk first, and before it what waits for this reviewer."""
    panels.append(DeskPanel(request))
    for panel in panels:
        if isinstance(panel, WorkflowObjectsToModeratePanel):
            panel.order = DeskPanel.order - 1


@hooks.register("construct_homepage_summary_items", order=1000)
def hide_totals(request: HttpRequest, items: list[Any]) -> None:
    """How many pages there are is nobody's question here; the desk says what waits."""
    items.clear()


@hooks.register("insert_global_admin_css")
def colours() -> SafeString:
    """The province's colours."""
    return format_html('<link rel="stylesheet" href="{}">', static("workflows/admin.css"))
