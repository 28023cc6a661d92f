"""One order, found by its code; every look at a buyer's personal data is noted."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.audit.services import note_access
from foundation.codes import tidy_code
from foundation.errors import DomainError
from foundation.money import rupiah
from frontend.office import journal
from frontend.office.access import OperatorOnly
from marketplace.orders.models import Order, OrderEvent, OrderLine, OrderStatus, ShopOrderStatus
from marketplace.orders.queries import order_view
from marketplace.payments import channels
from marketplace.payments.models import Payment
from marketplace.payments.queries import refunds_of_order
from marketplace.sales.services import give_back

MOST_REASON = 160
_PREFIX = "jumlah-"


class OrdersView(OperatorOnly, WagtailAdminTemplateMixin, TemplateView):
    """Find an order by its code."""

    template_name = "office/orders.html"
    page_title = gettext_lazy("Find an order")
    header_icon = "search"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form, the order, or that there is none."""
        typed = request.GET.get("kode", "")[:40]
        code = tidy_code(typed)
        if code and Order.objects.filter(code=code).exists():
            return redirect("office:order", code=code)
        context = self.get_context_data(typed=typed, is_missing=bool(typed))
        answer: HttpResponse = self.render_to_response(context, status=404 if typed else 200)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]


class OrderView(OperatorOnly, WagtailAdminTemplateMixin, TemplateView):
    """All about one order: parts, money, what happened when, and who bought."""

    template_name = "office/order.html"
    header_icon = "doc-full"

    def get_page_title(self) -> str:
        """The order's code."""
        return _("Order %(code)s") % {"code": self.kwargs["code"]}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("office:orders"), "label": OrdersView.page_title},
            {"url": "", "label": self.get_page_title()},
        ]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Give back so many of which line, with a reason that the buyer reads."""
        order = get_object_or_404(Order.objects.only("pk", "code"), code=code)
        reason = " ".join(request.POST.get("alasan", "").replace("\x00", "").split())[:MOST_REASON]
        lines = chosen_lines(request.POST)
        if not reason or not lines:
            messages.error(request, _("Choose how many of which line, and say why."))
            return redirect("office:order", code=code)
        try:
            refunds = give_back(
                order_id=order.pk, lines=lines, reason=reason, now=timezone.now(), by_id=request.user.pk
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            journal.note(action=journal.GIVE_BACK, about=order, by=request.user, reason=reason)
            total = rupiah(sum(refund.amount for refund in refunds))
            messages.success(request, _("%(amount)s goes back to the buyer.") % {"amount": total})
        return redirect("office:order", code=code)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The order; this look is noted before anything is shown."""
        now = timezone.now()
        order = Order.objects.filter(code=self.kwargs["code"]).only("pk", "code").first()
        if order is None:
            raise Http404
        staff_id = int(self.request.user.pk or 0)
        note_access(staff_id=staff_id, subject=f"order {order.code}", purpose="order lookup", now=now)
        payments = Payment.objects.filter(order=order).select_related("explained_by").order_by("-created_at", "-pk")
        events = OrderEvent.objects.filter(order=order).select_related("by", "shop_order__shop").order_by("at", "pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "order": order_view(order_id=order.pk, now=now),
            "payments": [(payment, channels.words_of(payment)) for payment in payments],
            "refunds": refunds_of_order(order.pk),
            "returnable": returnable_lines(order.pk),
            "events": [
                {
                    "at": event.at,
                    "about": event.shop_order.shop.name if event.shop_order else _("The whole order"),
                    "words": words_of(event),
                    "by": str(event.by) if event.by else _("by itself"),
                    "note": event.note,
                }
                for event in events
            ],
        }


def words_of(event: OrderEvent) -> str:
    """The state that was reached."""
    return str((ShopOrderStatus if event.shop_order_id else OrderStatus)(event.after).label)


def returnable_lines(order_id: int) -> list[dict[str, Any]]:
    """Lines of a paid order of which something is left to give back; one query."""
    rows = OrderLine.objects.filter(
        shop_order__order_id=order_id, shop_order__order__status__in=(OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)
    )
    return [
        {"key": str(row.pk), "title": row.title_id, "variant": row.variant.name, "left": left}
        for row in rows.select_related("variant").order_by("shop_order_id", "pk")
        if (left := row.quantity - row.refunded_quantity)
    ]


def chosen_lines(posted: Mapping[str, Any]) -> dict[UUID, int]:
    """How many of which line a form asks for; what cannot be meant is left out."""
    chosen = {}
    for name, typed in posted.items():
        if not name.startswith(_PREFIX) or not (typed.isdecimal() and typed.isascii() and 0 < len(typed) < 7):
            continue
        with suppress(ValueError):
            chosen[UUID(name.removeprefix(_PREFIX))] = int(typed)
    return {key: many for key, many in chosen.items() if many}
