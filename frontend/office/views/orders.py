"""One order, found by its code; every look at a buyer's personal data is noted."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.audit.services import note_access
from foundation.codes import tidy_code
from frontend.office.access import OperatorOnly
from marketplace.orders.models import Order, OrderEvent, OrderStatus, ShopOrderStatus
from marketplace.orders.queries import order_view
from marketplace.payments.models import Payment
from marketplace.payments.queries import refunds_of_order


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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The order; this look is noted before anything is shown."""
        now = timezone.now()
        order = Order.objects.filter(code=self.kwargs["code"]).only("pk", "code").first()
        if order is None:
            raise Http404
        staff_id = int(self.request.user.pk or 0)
        note_access(staff_id=staff_id, subject=f"order {order.code}", purpose="order lookup", now=now)
        payments = Payment.objects.filter(order=order).order_by("-created_at", "-pk")
        events = OrderEvent.objects.filter(order=order).select_related("by", "shop_order__shop").order_by("at", "pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "order": order_view(order_id=order.pk, now=now),
            "payments": payments,
            "refunds": refunds_of_order(order.pk),
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
