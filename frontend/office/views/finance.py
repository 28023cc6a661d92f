"""The operator's books: what came in, what is owed to whom, what waits; and the entries behind each figure."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.audit.services import note_access
from foundation.errors import DomainError
from frontend.office import journal
from frontend.office.access import FinanceOnly
from frontend.office.finance import bank_accounts_to_compare, entries_url, finance, is_held, words_of
from marketplace.ledger.models import Account, JournalKind
from marketplace.ledger.queries import balance, balances_of, entries_of
from marketplace.payouts.queries import Payee, owed, settlements_of
from marketplace.shops.models import BankAccount, BankAccountStatus, Shop, TaxStatement
from marketplace.shops.services import bank_account_checked, give_tax_statement

PER_PAGE = 100


class OfficePage(FinanceOnly, WagtailAdminTemplateMixin, TemplateView):
    """A page of finance."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def offset(self, name: str) -> int:
        """How many rows of a list the address passes over; none where it says nothing that can be meant."""
        shown = self.request.GET.get(name, "")
        return int(shown) if shown.isdecimal() and len(shown) < 7 else 0


class FinanceView(OfficePage):
    """The books as they stand."""

    template_name = "office/finance.html"
    page_title = gettext_lazy("Finance")
    header_icon = "table"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"finance": finance()}


class AccountView(OfficePage):
    """The entries of one account, newest first."""

    template_name = "office/account.html"
    header_icon = "list-ul"

    def get_page_title(self) -> str:
        """The account."""
        return words_of(self.request.GET.get("kode", ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of rows."""
        code = self.request.GET.get("kode", "")
        if not Account.objects.filter(code=code).exists():
            raise Http404
        offset = self.offset("mulai")
        # As the overview shows it.
        sign = -1 if is_held(code) else 1
        found = entries_of(code, limit=PER_PAGE + 1, offset=offset)
        rows = [
            {
                "at": entry.posted_at,
                "cause": capfirst(str(JournalKind(entry.kind).label)),
                "reference": entry.reference,
                "other": words_of(entry.from_code if entry.to_code == code else entry.to_code),
                "other_url": entries_url(entry.from_code if entry.to_code == code else entry.to_code),
                "amount": sign * (entry.amount if entry.to_code == code else -entry.amount),
            }
            for entry in found[:PER_PAGE]
        ]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "code": code,
            "balance": sign * balance(code),
            "rows": rows,
            "older": f"{entries_url(code)}&mulai={offset + PER_PAGE}" if len(found) > PER_PAGE else "",
        }


class ShopMoneyView(OfficePage):
    """What one shop is owed, account by account, and its settlements."""

    template_name = "office/shop_money.html"
    header_icon = "group"

    def get_page_title(self) -> str:
        """The shop."""
        return self.shop.name

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the shop; finance alone may ask."""
        self.shop = get_object_or_404(Shop, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The accounts that hold something."""
        payee = Payee(self.shop.pk)
        there = balances_of(payee.pockets)
        pockets = [(words_of(code), amount, entries_url(code)) for code, amount in there.items()]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "shop": self.shop,
            "statement": owed(self.shop.pk, limit=1),
            "pockets": [pocket for pocket in pockets if pocket[1]],
            "settlements": settlements_of(shop_id=self.shop.pk),
            "letters": TaxStatement.objects.filter(shop=self.shop).order_by("-valid_until_date", "-pk")[:5],
        }


class TaxLetterForm(forms.Form):
    """A letter that turnover stays below the threshold."""

    given_on = forms.DateField(label=gettext_lazy("Given on"), input_formats=["%Y-%m-%d"])
    until = forms.DateField(label=gettext_lazy("Valid until"), input_formats=["%Y-%m-%d"])


class TaxLetterView(FinanceOnly, View):
    """Note a shop's letter: no PPh 22 is withheld from it until then."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note it, or say what is wrong."""
        shop = get_object_or_404(Shop, pk=pk)
        form = TaxLetterForm(request.POST)
        try:
            if form.is_valid():
                give_tax_statement(shop_id=shop.pk, **form.cleaned_data)
                journal.note(action=journal.TAX_LETTER, about=shop, by=request.user)
                messages.success(request, _("Noted."))
            else:
                messages.error(request, _("Give both days."))
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        return redirect("office:shop_money", pk=pk)


class BankAccountsView(OfficePage):
    """Bank accounts that a person has to compare."""

    template_name = "office/bank_accounts.html"
    page_title = gettext_lazy("Bank accounts to compare")
    header_icon = "user"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows, oldest first; each is somebody's name and number, so the look is noted."""
        rows = list(bank_accounts_to_compare()[:PER_PAGE])
        staff_id, now = int(self.request.user.pk or 0), timezone.now()
        for row in rows:
            note_access(staff_id=staff_id, subject=f"bank account {row.pk}", purpose="comparing names", now=now)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"rows": rows}


class BankAccountDecisionView(FinanceOnly, View):
    """A person has compared an account with the bank's name for it."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it be used, or not."""
        account = get_object_or_404(BankAccount, pk=pk)
        if account.given_by_id is not None and account.given_by_id == request.user.pk:
            messages.error(request, _("You gave this account. Somebody else has to check it."))
            return redirect("office:bank_accounts")
        is_right = request.POST.get("decision") == "valid"
        bank_account_checked(
            account_id=account.pk,
            status=BankAccountStatus.VALID if is_right else BankAccountStatus.REFUSED,
            known_as="",
            by_id=request.user.pk,
            now=timezone.now(),
        )
        action = journal.VALID_ACCOUNT if is_right else journal.REFUSE_ACCOUNT
        journal.note(action=action, about=account.shop, by=request.user, reason=str(account))
        messages.success(request, _("Noted."))
        return redirect("office:bank_accounts")
