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
from frontend.office.access import is_finance, is_operator, treasury_regions
from frontend.office.panels import FinancePanel, ReceiptsPanel, WaitingPanel
from frontend.office.views.searching import is_editor_of_the_search


class OperatorItem(MenuItem):
    """Shown to the province's operator."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it is for this account."""
        return is_operator(request.user)


class SearchEditorItem(MenuItem):
    """Shown to those who edit for the whole province."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it is for this account."""
        return is_editor_of_the_search(request.user)


class FinanceItem(MenuItem):
    """Shown to who keeps the operator's books."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it is for this account."""
        return is_finance(request.user)


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
    """Receipts, their book and deposits, for treasurers."""
    items = [
        TreasurerItem(
            _("Receipts of a day"), reverse_lazy("office:receipts"), name="harian", icon_name="table", order=10
        ),
        TreasurerItem(_("Receipts book"), reverse_lazy("office:book"), name="buku", icon_name="table", order=20),
        TreasurerItem(
            _("Deposits to the treasury"),
            reverse_lazy("office:deposits"),
            name="setoran",
            icon_name="order-up",
            order=30,
        ),
        TreasurerItem(_("Cash at the gates"), reverse_lazy("office:tills"), name="kas", icon_name="download", order=40),
        TreasurerItem(
            _("Retribusi to give back"),
            reverse_lazy("office:treasury_refunds"),
            name="retribusi-kembali",
            icon_name="rotate",
            order=50,
        ),
    ]
    return SubmenuMenuItem(_("Receipts"), Menu(items=items), name="penerimaan", icon_name="table", order=250)


@hooks.register("register_admin_menu_item")
def finance_item() -> MenuItem:
    """The operator's books, for the province's finance."""
    items = [
        FinanceItem(_("Overview"), reverse_lazy("office:finance"), name="ikhtisar", icon_name="table", order=10),
        FinanceItem(_("Payouts"), reverse_lazy("office:payouts"), name="pencairan", icon_name="order-down", order=20),
        FinanceItem(_("Owed to us"), reverse_lazy("office:owing"), name="piutang", icon_name="download", order=25),
        FinanceItem(
            _("Settlements"), reverse_lazy("office:settlements"), name="rincian", icon_name="list-ul", order=30
        ),
        FinanceItem(
            _("Bank accounts to compare"),
            reverse_lazy("office:bank_accounts"),
            name="rekening",
            icon_name="user",
            order=40,
        ),
    ]
    items.append(FinanceItem(_("Rates"), reverse_lazy("office:rates_home"), name="tarif", icon_name="cog", order=50))
    return SubmenuMenuItem(_("Finance"), Menu(items=items), name="keuangan", icon_name="table", order=255)


@hooks.register("register_admin_menu_item")
def trade_item() -> MenuItem:
    """The marketplace, for the province."""
    items = [
        OperatorItem(_("Shops"), reverse_lazy("office:shops"), name="toko", icon_name="group", order=10),
        OperatorItem(_("Listings"), reverse_lazy("office:listings"), name="barang", icon_name="tag", order=20),
        OperatorItem(_("Find an order"), reverse_lazy("office:orders"), name="pesanan", icon_name="search", order=30),
        FinanceItem(
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
def search_item() -> MenuItem:
    """The search, for the province."""
    items = [
        SearchEditorItem(
            _("What people search"), reverse_lazy("office:searches"), name="kueri", icon_name="search", order=10
        ),
        SearchEditorItem(
            _("Words of the search"), reverse_lazy("office:wordings"), name="kata", icon_name="openquote", order=20
        ),
        OperatorItem(
            _("Search index"), reverse_lazy("office:search_index"), name="indeks", icon_name="list-ul", order=30
        ),
    ]
    return SubmenuMenuItem(_("Search"), Menu(items=items), name="pencarian", icon_name="search", order=270)


@hooks.register("construct_homepage_panels")
def dashboard(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for whoever looks."""
    panels[:0] = [WaitingPanel(), FinancePanel(), ReceiptsPanel()]


@hooks.register("register_log_actions")
def decisions(actions: Any) -> None:
    """The office's decisions in Wagtail's log."""
    journal.register(actions)


@hooks.register("insert_global_admin_css")
def stylesheet() -> str:
    """Figures, facts and print, on top of Wagtail's own style."""
    return format_html('<link rel="stylesheet" href="{}">', static("office/office.css"))
