"""Rates with their days: commission, taxes, shares, Midtrans' prices, periods, deposits, PPh 22; and what its channels can."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import View

from foundation.clock import day_of, day_words
from foundation.errors import DomainError
from foundation.money import rupiah
from frontend.office import journal
from frontend.office.access import FinanceOnly
from frontend.office.columns import language
from frontend.office.views.finance import OfficePage
from marketplace.payments.channels import ACQUIRERS, METHODS, OFFERED, name_of
from marketplace.payments.services import RULES, add_rule, withdraw_rule
from marketplace.payouts.services import RATES, add_rate, end_rate
from marketplace.shops.banks import BANKS
from marketplace.shops.models import Party, PartyKind, Shop
from marketplace.shops.services import give_bank_account, keep_party
from tourism.regions.models import Region

TITLES: Mapping[str, Any] = {
    "komisi": gettext_lazy("Commission"),
    "pajak": gettext_lazy("Taxes inside prices"),
    "bagian": gettext_lazy("Shares of parties"),
    "gerbang": gettext_lazy("What Midtrans takes"),
    "periode": gettext_lazy("Periods and holds"),
    "setoran": gettext_lazy("Deposits by region"),
    "pph22": gettext_lazy("PPh 22"),
    "saluran": gettext_lazy("Ways to pay"),
    "pengembalian": gettext_lazy("Refunds by Midtrans"),
}
HINTS: Mapping[str, Any] = {
    "komisi": gettext_lazy("250 is 2.5 %. Without a row the commission is 0. Never taken on retribusi."),
    "pajak": gettext_lazy("PBJT or PPN, never both. 1000 is a tenth on top of the price without it."),
    "bagian": gettext_lazy("An amount of each piece, or a rate of what is left after taxes, commission and amounts."),
    "gerbang": gettext_lazy("From Midtrans' price list; its report corrects the estimate."),
    "periode": gettext_lazy(
        "When what was sold is settled, how long it is held, and what is held back for dates to come."
    ),
    "setoran": gettext_lazy("Within how many days retribusi is deposited, and under which account code and series."),
    "pph22": gettext_lazy("Off as long as no row is in force. 50 is 0.5 %."),
    "saluran": gettext_lazy("The newest row of each way to pay holds. A new one begins tomorrow or later."),
    "pengembalian": gettext_lazy(
        "What Midtrans can give back on each kind of payment. The newest row holds. A new one begins tomorrow or later."
    ),
}
KINDS: Mapping[str, type[Model]] = {**RATES, **RULES}


def form_of(kind: str) -> Any:
    """The form of a kind of rate: its own fields, days as browsers pick them, regencies only."""
    model = KINDS[kind]
    names = [field.name for field in model._meta.fields if field.name != "id"]
    days: dict[str, type[forms.Widget] | forms.Widget] = {
        name: forms.DateInput({"type": "date"}, format="%Y-%m-%d") for name in names if name.endswith("_date")
    }
    times: dict[str, type[forms.Widget] | forms.Widget] = {
        name: forms.TimeInput({"type": "time"}, format="%H:%M") for name in names if name.startswith("quiet_")
    }
    made = forms.modelform_factory(model, fields=names, widgets=days | times)
    for name, known in (("channel", OFFERED), ("payment_type", METHODS)):
        if name in made.base_fields:
            made.base_fields[name] = forms.ChoiceField(
                label=made.base_fields[name].label, choices=[(one, name_of(one)) for one in known]
            )
    if "acquirer" in made.base_fields:
        label, all_others = made.base_fields["acquirer"].label, _("all others")
        made.base_fields["acquirer"] = forms.ChoiceField(
            label=label, required=False, choices=[("", all_others), *((one, one) for one in ACQUIRERS)]
        )
    if "region" in made.base_fields:
        region = made.base_fields["region"]
        assert isinstance(region, forms.ModelChoiceField)
        region.queryset = Region.objects.light().regencies().order_by("short_name")
    return made


class PartyForm(forms.Form):
    """Somebody who has a share in what a shop sells."""

    shop = forms.ModelChoiceField(label=gettext_lazy("Shop"), queryset=Shop.objects.none())
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PartyKind.choices)
    name = forms.CharField(label=gettext_lazy("Name"), min_length=3, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["shop"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Shop.objects.exclude(kind="UMKM").order_by("name")


class PartyAccountForm(forms.Form):
    """Where a party's share goes."""

    bank = forms.ChoiceField(label=gettext_lazy("Bank"), choices=list(BANKS.items()))
    number = forms.CharField(label=gettext_lazy("Account number"), max_length=30)
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=120)


class RatesView(OfficePage):
    """One kind of rate: what is and was in force, and a form to add."""

    template_name = "office/rates.html"
    page_title = gettext_lazy("Rates")
    header_icon = "cog"
    form: Any = None

    @property
    def kind(self) -> str:
        """Which one; 404 for one that is none."""
        kind = str(self.kwargs.get("kind", "komisi"))
        if kind not in KINDS:
            raise Http404
        return kind

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add one; 422 with a sentence where it cannot be."""
        self.form = form_of(self.kind)(request.POST)
        if self.form.is_valid():
            try:
                add = add_rule if self.kind in RULES else add_rate
                rate = add(self.form.save(commit=False), now=timezone.now())
            except DomainError as refusal:
                self.form.add_error(None, refusal.sentence)
            else:
                journal.note(action=journal.ADD_RATE, about=rate, by=request.user)
                messages.success(request, _("Added."))
                return redirect("office:rates", kind=self.kind)
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs), status=422)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows, newest first."""
        kind, today = self.kind, day_of(timezone.now())
        rows = KINDS[kind]._default_manager.order_by("-valid_from_date", "-pk")
        related = [name for name in ("region", "category", "shop", "party", "listing") if hasattr(KINDS[kind], name)]
        first_day = today + timedelta(days=1 if kind in RULES else 0)
        found = rows.select_related(*related)[:100] if related else rows[:100]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "kind": kind,
            "title": TITLES[kind],
            "hint": HINTS[kind],
            "kinds": [(key, words, reverse("office:rates", args=[key]), key == kind) for key, words in TITLES.items()],
            "rows": [row_of(row, today) for row in found],
            "form": self.form or form_of(kind)(initial={"valid_from_date": first_day, "announced_from_date": today}),
            "is_rule": kind in RULES,
            "today": today,
            "party_form": PartyForm() if kind == "bagian" else None,
            "account_form": PartyAccountForm() if kind == "bagian" else None,
            "parties": Party.objects.select_related("shop").order_by("shop__name", "name")[:100]
            if kind == "bagian"
            else (),
        }


class EndRateView(FinanceOnly, View):
    """Let a rate end."""

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """On the day that is given, today at the earliest."""
        if kind not in RATES or not RATES[kind].objects.filter(pk=pk).exists():
            raise Http404
        now = timezone.now()
        try:
            last_day = forms.DateField(input_formats=["%Y-%m-%d"]).clean(request.POST.get("last_day"))
            end_rate(kind=kind, rate_id=pk, last_day=last_day, now=now)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, refusal.sentence if isinstance(refusal, DomainError) else _("Give a day."))
        else:
            journal.note(action=journal.END_RATE, about=RATES[kind].objects.get(pk=pk), by=request.user)
            messages.success(request, _("Noted."))
        return redirect("office:rates", kind=kind)


class WithdrawRuleView(FinanceOnly, View):
    """Take a rule back that does not hold yet."""

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Do it, or say why not."""
        if kind not in RULES:
            raise Http404
        rule = get_object_or_404(RULES[kind], pk=pk)
        try:
            withdraw_rule(kind=kind, rule_id=pk, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            journal.note(action=journal.WITHDRAW_RULE, about=rule, by=request.user, reason=str(rule))
            messages.success(request, _("Noted."))
        return redirect("office:rates", kind=kind)


class PartyView(FinanceOnly, View):
    """Add a party."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Note it; the same again changes nothing."""
        form = PartyForm(request.POST)
        if form.is_valid():
            keep_party(
                shop_id=form.cleaned_data["shop"].pk,
                kind=PartyKind(form.cleaned_data["kind"]),
                name=form.cleaned_data["name"],
            )
            messages.success(request, _("Added."))
        else:
            messages.error(request, _("Choose a shop and write the name."))
        return redirect("office:rates", kind="bagian")


class PartyAccountView(FinanceOnly, View):
    """Say where a party's share goes; it is checked as any other account, by the bank or by somebody else."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note it, or say what is wrong."""
        party = get_object_or_404(Party, pk=pk)
        form = PartyAccountForm(request.POST)
        try:
            if form.is_valid():
                give_bank_account(
                    shop_id=party.shop_id,
                    party_id=party.pk,
                    by_id=int(request.user.pk or 0),
                    now=timezone.now(),
                    **form.cleaned_data,
                )
                messages.success(request, _("Noted. It is checked before anything is paid there."))
            else:
                messages.error(request, _("Give bank, number and holder."))
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        return redirect("office:rates", kind="bagian")


def row_of(row: Any, today: Any) -> dict[str, Any]:
    """A rate as facts."""
    facts = []
    for field in row._meta.fields:
        if field.name in ("id", "valid_from_date", "valid_until_date"):
            continue
        display = getattr(row, f"get_{field.name}_display", None)
        value = display() if display else getattr(row, field.name)
        label = capfirst(str(field.verbose_name))
        # Money and days of 0 say nothing; a rate of 0 does where it is all there is to say.
        if isinstance(value, bool):
            words = pgettext("answer", "yes") if value else pgettext("answer", "no")
            facts.append(f"{label}: {words}")
        elif field.name.endswith("rate") and (value or not getattr(row, "amount", 0)):
            percent = f"{value / 100:g} %"
            facts.append(percent if language() == "en" else percent.replace(".", ","))
        elif isinstance(value, date):
            facts.append(f"{label}: {day_words(value, language())}")
        elif isinstance(value, time):
            facts.append(f"{label}: {value:{'%H:%M' if language() == 'en' else '%H.%M'}} WIB")
        elif value and isinstance(field, BigIntegerField):
            facts.append(f"{label}: {rupiah(value)}")
        elif value and field.name in ("channel", "payment_type"):
            facts.append(f"{label}: {name_of(value)}")
        elif value not in (None, "", 0):
            facts.append(f"{label}: {value}")
    until = getattr(row, "valid_until_date", None)
    is_over = until is not None and until < today
    return {"row": row, "facts": facts, "is_over": is_over, "is_coming": row.valid_from_date > today}
