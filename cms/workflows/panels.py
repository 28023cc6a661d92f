"""The dashboard by role: what waits for you, and what should be checked."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component

from cms.pages.models import DestinationIndexPage
from cms.tenancy.queries import is_of_province, regions_of
from cms.workflows import queries


class DeskPanel(Component):
    """The things an editor does most, the facts to check, and the languages."""

    name = "desk"
    order = 100
    template_name = "workflows/desk.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What this account's regions need."""
        user, now = self.request.user, timezone.now()
        regions = regions_of(user, roles=queries.CLOSERS)
        if not regions:
            return {"is_shown": False}
        facts, count = queries.facts_to_check(regions, now=now)
        behind = queries.behind_in_translation(regions)
        indexes = DestinationIndexPage.objects.filter(locale__language_code="id")
        home = (
            None
            if is_of_province(user)
            else next((page for page in indexes if page.home.region_id == regions[0].pk), None)
        )
        return {
            "is_shown": True,
            "closures": queries.closures_for(user, now=now)[:5],
            "facts": facts,
            "facts_count": count,
            "behind": behind[:5],
            "behind_count": len(behind),
            "index": home,
        }
