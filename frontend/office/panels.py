"""What the dashboard shows by role: what waits for you, what came in today."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.components import Component

from foundation.clock import day_of
from frontend.office import finance, waiting
from frontend.office.access import is_finance, is_operator, treasury_regions
from marketplace.payouts.queries import open_days
from marketplace.sales.queries import daily_receipts


class WaitingPanel(Component):
    """What waits for the province's operator."""

    name = "office_waiting"
    template_name = "office/waiting_panel.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Counts, for an operator."""
        shown = is_operator(parent_context["request"].user)
        return {"is_shown": shown, "rows": waiting.for_operator() if shown else ()}


class FinancePanel(Component):
    """What waits for the operator's finance."""

    name = "office_finance"
    template_name = "office/finance_panel.html"
    order = 105

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Counts; for an operator, money that needs a person stands in a panel of its own."""
        user = parent_context["request"].user
        shown = is_finance(user)
        return {"is_shown": shown, "rows": finance.tasks(with_money=not is_operator(user)) if shown else ()}


class ReceiptsPanel(Component):
    """What came in today, for a treasurer of one region."""

    name = "office_receipts"
    template_name = "office/receipts_panel.html"
    order = 110

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Today's figures; a keeper of many regions gets the list of them."""
        regions = treasury_regions(parent_context["request"].user)
        today = day_of(timezone.now())
        own = regions[0] if len(regions) == 1 else None
        return {
            "regions": regions,
            "today": today,
            "receipts": daily_receipts(region_code=own.code, day=today) if own else None,
            "late": sum(day.amount for day in open_days(own.code, today=today) if day.days_late) if own else 0,
        }
