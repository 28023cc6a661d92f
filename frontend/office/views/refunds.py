"""Money that a person sends back: the operator's finance for what a channel cannot return, treasurers for what they have."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.audit.services import note_access
from foundation.clock import WIB, day_of
from foundation.errors import DomainError
from foundation.money import rupiah
from frontend.office import journal, waiting
from frontend.office.access import is_finance, is_operator, treasury_regions
from frontend.office.columns import language
from frontend.office.papers import treasury_request_pdf
from marketplace.orders.models import OrderLine
from marketplace.payments import services as payments
from marketplace.payments.channels import at_the_dashboard_until, can_refund
from marketplace.payments.models import Refund, RefundBearer, RefundStatus
from marketplace.sales.services import (
    Rest,
    bear_refund,
    count_refund,
    may_bear,
    may_keep,
    open_beside,
    record_manual_refund,
)

MOST_SHOWN = 200
KEEP_OPEN = "OPEN"


def refunds_seen_by(user: Any) -> QuerySet[Refund]:
    """Refunds that an account may see to: all for the operator, of their own treasury for a treasurer."""
    rows = Refund.objects.select_related(
        "payment__order", "payment__merchant_account", "region", "account", "in_charge"
    )
    if is_finance(user):
        return rows
    return rows.filter(region__in=treasury_regions(user))


class PaidForm(forms.Form):
    """That it was paid, when, and by which slip."""

    paid_date = forms.DateField(
        label=gettext_lazy("Paid on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    proof = forms.CharField(
        label=gettext_lazy("Number of the proof"),
        max_length=60,
        help_text=gettext_lazy("Of the bank's slip, or of the treasury's payment order (SP2D)."),
    )

    def clean_paid_date(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["paid_date"]
        if day > day_of(timezone.now()):
            raise forms.ValidationError(_("This day is still to come."))
        return day


class BearerForm(forms.Form):
    """Who bears what Midtrans gave back of nobody's lines."""

    bearer = forms.ChoiceField(label=gettext_lazy("Who bears it"), widget=forms.RadioSelect)

    def __init__(self, refund: Refund, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = {} if refund.payment.is_surplus else may_bear(refund.payment.order)
        field = self.fields["bearer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (RefundBearer.OPERATOR.value, _("The operator")),
            *(
                (
                    str(line.pk),
                    _("%(shop)s, of %(title)s (kept %(amount)s)")
                    % {"shop": line.shop_order.shop.name, "title": line.title_id, "amount": rupiah(kept)},
                )
                for line, kept in lines.items()
                if kept >= refund.unused_amount
            ),
        ]

    @property
    def line_id(self) -> UUID | None:
        """The line whose shop bears it; None for the operator."""
        chosen = self.cleaned_data["bearer"]
        return None if chosen == RefundBearer.OPERATOR else UUID(chosen)


class CountingForm(forms.Form):
    """Which open refund one from the dashboard was meant for, and what becomes of its rest."""

    refund = forms.ChoiceField(label=gettext_lazy("It was meant for"), widget=forms.RadioSelect)
    rest = forms.ChoiceField(
        label=gettext_lazy("What is left of that one"), widget=forms.RadioSelect, initial=KEEP_OPEN
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is not paid"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Needed if the rest is not paid, for instance what was agreed with the buyer."),
    )

    def __init__(self, made: Refund, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = open_beside(made)
        keepers = {line: most for one in open_ones for line, most in may_keep(one).items()}
        refund, rest = self.fields["refund"], self.fields["rest"]
        assert isinstance(refund, forms.ChoiceField)
        assert isinstance(rest, forms.ChoiceField)
        refund.choices = [(str(one.pk), f"{rupiah(one.own_amount)}: {one.reason}") for one in open_ones]
        if len(open_ones) == 1:
            refund.initial = str(open_ones[0].pk)
        rest.choices = [
            (KEEP_OPEN, _("Stays open: it is still to be paid")),
            *(
                (
                    str(line.pk),
                    _("Is not paid: %(shop)s keeps it, of %(title)s")
                    % {"shop": line.shop_order.shop.name, "title": line.title_id},
                )
                for line in keepers
            ),
            *([(RefundBearer.OPERATOR.value, _("Is not paid: the operator keeps it"))] if keepers else []),
        ]

    def clean(self) -> dict[str, Any]:
        """A rest that is not paid has a reason."""
        cleaned = super().clean() or {}
        if cleaned.get("rest") not in (None, KEEP_OPEN) and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Please say why."))
        return cleaned

    @property
    def chosen_rest(self) -> Rest | None:
        """What becomes of the rest; None where it stays open."""
        rest, reason = self.cleaned_data["rest"], self.cleaned_data["reason"]
        if rest == KEEP_OPEN:
            return None
        return Rest(reason, None if rest == RefundBearer.OPERATOR else UUID(rest))


class RefundView(WagtailAdminTemplateMixin, TemplateView):
    """One refund: to whom it goes, and what a person has done about it."""

    template_name = "office/refund.html"
    header_icon = "rotate"
    form: PaidForm | None = None
    bearer_form: BearerForm | None = None
    counting_form: CountingForm | None = None

    def found(self) -> Refund:
        """The refund, loaded once; somebody else's is not there."""
        if not hasattr(self, "_refund"):
            refund = refunds_seen_by(self.request.user).filter(pk=self.kwargs["pk"]).first()
            if refund is None:
                raise Http404
            self._refund = refund
        return self._refund

    def get_page_title(self) -> str:
        """The order it is of."""
        return _("Refund for order %(code)s") % {"code": self.found().payment.order.code}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        back = {"url": reverse("office:money"), "label": _("Money that needs a person")}
        if not is_finance(self.request.user):
            back = {"url": reverse("office:treasury_refunds"), "label": str(TreasuryRefundsView.page_title)}
        return [*self.breadcrumbs_items, back, {"url": "", "label": self.get_page_title()}]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what was decided; a repeat changes nothing."""
        refund, now = self.found(), timezone.now()
        match request.POST.get("keputusan", ""):
            case "paid":
                return self.note_paid(refund)
            case "bear" if is_finance(request.user):
                return self.note_bearer(refund)
            case "count" if is_finance(request.user):
                return self.note_counted(refund)
            case "again" if is_finance(request.user):
                if payments.try_at_gateway_again(refund_id=refund.pk, now=now):
                    journal.note(action=journal.RETRY_REFUND, about=refund, by=request.user)
                    messages.success(request, _("Midtrans is asked once more."))
            case "ask":
                if refund.status in (RefundStatus.MANUAL, RefundStatus.TREASURY):
                    payments.ask_for_account(refund_id=refund.pk, now=now)
                    messages.success(request, _("The buyer is asked for an account."))
            case "charge":
                payments.put_in_charge(refund_id=refund.pk, user_id=int(request.user.pk or 0))
                messages.success(request, _("You are in charge of it now."))
        return redirect("office:refund", pk=pk)

    def note_paid(self, refund: Refund) -> HttpResponse:
        """Note that it was paid, with the number of the proof."""
        form = PaidForm(self.request.POST)
        if form.is_valid():
            paid_date = form.cleaned_data["paid_date"]
            now = timezone.now()
            noon = datetime.combine(paid_date, time(12), tzinfo=WIB)
            try:
                record_manual_refund(
                    refund_id=refund.pk,
                    by_id=self.request.user.pk,
                    proof=form.cleaned_data["proof"],
                    paid_at=min(noon, now),
                    now=now,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
            else:
                journal.note(
                    action=journal.PAY_REFUND, about=refund, by=self.request.user, reason=form.cleaned_data["proof"]
                )
                messages.success(self.request, _("Noted: the money is back with the buyer."))
                return redirect("office:refund", pk=refund.pk)
        self.form = form
        answer: HttpResponse = self.render_to_response(self.get_context_data(pk=refund.pk), status=422)
        return answer

    def note_bearer(self, refund: Refund) -> HttpResponse:
        """Post it to who bears it."""
        form = BearerForm(refund, self.request.POST)
        if form.is_valid():
            try:
                bear_refund(refund_id=refund.pk, line_id=form.line_id, now=timezone.now())
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
            else:
                chosen = dict(form.fields["bearer"].choices)[form.cleaned_data["bearer"]]  # type: ignore[attr-defined]
                journal.note(action=journal.BEAR_REFUND, about=refund, by=self.request.user, reason=str(chosen))
                messages.success(self.request, _("Noted."))
                return redirect("office:refund", pk=refund.pk)
        self.bearer_form = form
        answer: HttpResponse = self.render_to_response(self.get_context_data(pk=refund.pk), status=422)
        return answer

    def note_counted(self, refund: Refund) -> HttpResponse:
        """Count it toward the open refund that it was meant for."""
        form = CountingForm(refund, self.request.POST)
        if form.is_valid():
            try:
                paid = count_refund(
                    made_id=refund.pk,
                    refund_id=int(form.cleaned_data["refund"]),
                    rest=form.chosen_rest,
                    now=timezone.now(),
                    by_id=self.request.user.pk,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
            else:
                for about in (refund, paid):
                    journal.note(
                        action=journal.COUNT_REFUND,
                        about=about,
                        by=self.request.user,
                        reason=form.cleaned_data["reason"],
                    )
                messages.success(self.request, _("Noted."))
                return redirect("office:refund", pk=paid.pk)
        self.counting_form = form
        answer: HttpResponse = self.render_to_response(self.get_context_data(pk=refund.pk), status=422)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The refund; a look at an account is noted before it is shown."""
        refund, now = self.found(), timezone.now()
        account = getattr(refund, "account", None)
        shows_account = account is not None and account.given_at is not None and account.erased_at is None
        if shows_account:
            staff_id = int(self.request.user.pk or 0)
            note_access(staff_id=staff_id, subject=f"refund {refund.pk}", purpose="refund payment", now=now)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "refund": refund,
            "order": refund.payment.order,
            "account": account,
            "shows_account": shows_account,
            "bank": payments.BANKS.get(account.bank, account.bank) if account else "",
            "lines": lines_of(refund),
            "is_open": refund.status in (RefundStatus.MANUAL, RefundStatus.TREASURY),
            "may_retry": is_finance(self.request.user)
            and refund.status == RefundStatus.MANUAL
            and bool(refund.last_error)
            and not refund.counted_amount
            and can_refund(refund.payment, refund.amount, now=now),
            "dashboard_until": at_the_dashboard_until(refund.payment, now=now)
            if refund.status == RefundStatus.MANUAL
            else None,
            "is_operator": is_operator(self.request.user),
            "is_late": refund.deadline_date is not None
            and refund.status == RefundStatus.TREASURY
            and refund.deadline_date < day_of(now),
            "elsewhere": waiting.refunds_to_bear().filter(payment=refund.payment),
            "counting_form": (self.counting_form or CountingForm(refund))
            if is_finance(self.request.user) and open_beside(refund)
            else None,
            "bearer_form": (self.bearer_form or BearerForm(refund))
            if refund.bearer == RefundBearer.OPEN and is_finance(self.request.user)
            else None,
            "form": self.form or PaidForm(initial={"paid_date": day_of(now)}),
            "history": journal.history(refund),
        }


class TreasuryRefundsView(WagtailAdminTemplateMixin, TemplateView):
    """Retribusi that a region's treasury is to give back, nearest deadline first."""

    template_name = "office/treasury_refunds.html"
    page_title = gettext_lazy("Retribusi to give back")
    header_icon = "rotate"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """For those who keep a region's books; for anybody else it is not there."""
        if not treasury_regions(request.user):
            raise Http404
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What waits, and what was given back."""
        own = Refund.objects.filter(region__in=treasury_regions(self.request.user)).select_related(
            "payment__order", "region", "in_charge", "paid_by", "account"
        )
        waiting = own.filter(status=RefundStatus.TREASURY).order_by("deadline_date", "pk")
        done = own.filter(status=RefundStatus.DONE).order_by("-done_at", "-pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "waiting": waiting[:MOST_SHOWN],
            "done": done[:50],
            "today": day_of(timezone.now()),
            "total": sum(waiting.values_list("amount", flat=True)),
        }


class TreasuryRequestView(View):
    """The written request to a treasury, to print and sign."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF; a look at the account in it is noted."""
        refund = refunds_seen_by(request.user).filter(pk=pk, region__isnull=False).first()
        if refund is None:
            raise Http404
        now = timezone.now()
        staff_id = int(request.user.pk or 0)
        note_access(staff_id=staff_id, subject=f"refund {refund.pk}", purpose="treasury request", now=now)
        content = treasury_request_pdf(refund, lines=lines_of(refund), language=language(), today=day_of(now))
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="permintaan-{refund.payment.order.code}-{refund.pk}.pdf"'
        return answer


def lines_of(refund: Refund) -> list[dict[str, Any]]:
    """What it is of: title, how many, when it was for, and the price rows; two queries."""
    parts = refund.parts.select_related("price_row__line__slot", "price_row__line__variant").order_by("pk")
    rows: list[dict[str, Any]] = [
        {
            "title": part.price_row.line.title_id,
            "variant": part.price_row.line.variant.name,
            "kind": part.price_row.get_kind_display(),
            "quantity": part.quantity,
            "amount": part.amount,
            "slot": part.price_row.line.slot,
        }
        for part in parts
    ]
    named = set(refund.lines)
    known = {
        str(pk) for pk in OrderLine.objects.filter(shop_order__order=refund.payment.order).values_list("pk", flat=True)
    }
    shipped = refund.amount - sum(row["amount"] for row in rows)
    if named - known and shipped:
        rows.append({"title": _("Delivery"), "variant": "", "kind": "", "quantity": 1, "amount": shipped, "slot": None})
    return rows
