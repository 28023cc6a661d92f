"""The office's place in the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from frontend.office import admin_urls, journal
from frontend.office.access import is_operator, treasury_regions
from frontend.office.panels import ReceiptsPanel, WaitingPanel


class OperatorItem(MenuItem):
    """Shown to the province's operator."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it is for this account."""
        return is_operator(request.user)


class TreasurerItem(MenuItem):
    """Shown to those who keep a region's books."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it is for this account."""
        return bool(treasury_regions(request.user))


@hooks.register("register_admin_urls")
def office_urls() -> list[URLResolver]:
    """The office's addresses; Wagtail asks for admin access before each."""
    return [path("", include((admin_urls.urlpatterns, admin_urls.app_name), namespace="office"))]


@hooks.register("register_admin_menu_item")
def receipts_item() -> MenuItem:
    """Receipts, for treasurers."""
    return TreasurerItem(
        _("Receipts"), reverse_lazy("office:receipts"), name="penerimaan", icon_name="table", order=250
    )


@hooks.register("register_admin_menu_item")
def trade_item() -> MenuItem:
    """The marketplace, for the province."""
    items = [
        OperatorItem(_("Shops"), reverse_lazy("office:shops"), name="toko", icon_name="group", order=10),
        OperatorItem(_("Listings"), reverse_lazy("office:listings"), name="barang", icon_name="tag", order=20),
        OperatorItem(_("Find an order"), reverse_lazy("office:orders"), name="pesanan", icon_name="search", order=30),
        OperatorItem(
            _("Money that needs a person"), reverse_lazy("office:money"), name="uang", icon_name="warning", order=40
        ),
        OperatorItem(
            _("Closed dates"), reverse_lazy("office:closings"), name="penutupan", icon_name="calendar", order=44
        ),
        OperatorItem(
            _("Midtrans' reports"), reverse_lazy("office:reports"), name="laporan", icon_name="table", order=46
        ),
        OperatorItem(
            _("Deliveries given up"), reverse_lazy("office:deliveries"), name="kiriman", icon_name="mail", order=50
        ),
    ]
    return SubmenuMenuItem(_("Marketplace"), Menu(items=items), name="niaga", icon_name="clipboard-list", order=260)


@hooks.register("register_admin_menu_item")
def treasury_refunds_item() -> MenuItem:
    """Retribusi that went back, for treasurers."""
    return TreasurerItem(
        _("Retribusi to give back"),
        reverse_lazy("office:treasury_refunds"),
        name="retribusi-kembali",
        icon_name="rotate",
        order=252,
    )


@hooks.register("construct_homepage_panels")
def dashboard(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for whoever looks."""
    panels[:0] = [WaitingPanel(), ReceiptsPanel()]


@hooks.register("register_log_actions")
def decisions(actions: Any) -> None:
    """The office's decisions in Wagtail's log."""
    journal.register(actions)


@hooks.register("insert_global_admin_css")
def stylesheet() -> str:
    """Figures, facts and print, on top of Wagtail's own style."""
    return format_html('<link rel="stylesheet" href="{}">', static("office/office.css"))
