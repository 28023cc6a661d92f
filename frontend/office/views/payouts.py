"""Settlements and payouts: what is to be paid, in which batch, approved by whom, and what the bank said."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from foundation.audit.services import note_access
from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.site import site_name
from frontend.office import journal
from frontend.office.access import FinanceOnly
from frontend.office.columns import language
from frontend.office.views.finance import OfficePage
from marketplace.payouts.models import BatchStatus, BatchWay, Payout, PayoutBatch, PayoutStatus, Settlement
from marketplace.payouts.papers import bank_file, statement_csv, statement_pdf, sums
from marketplace.payouts.queries import policy_on, settlement_page, settlements_of, to_pay_out
from marketplace.payouts.services import (
    approve_batch,
    close_due_periods,
    export_batch,
    has_iris,
    make_batch,
    reasons_to_hold,
    record_outcome,
    record_sent,
    reject_batch,
)
from marketplace.shops.banks import bank_name

PER_PAGE = 50


class PayoutsView(OfficePage):
    """What is to be paid out, and the batches."""

    template_name = "office/payouts.html"
    page_title = gettext_lazy("Payouts")
    header_icon = "order-down"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows."""
        batches = PayoutBatch.objects.select_related("made_by", "decided_by", "merchant_account")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        ready = to_pay_out()
        today = day_of(timezone.now())
        return context | {
            "ready": ready,
            "ready_total": sum(row.amount for row in ready),
            "batches": [batch_row(batch) for batch in batches.prefetch_related("payouts").order_by("-pk")[:PER_PAGE]],
            "next_end": policy_on(today).next_end(today),
            "has_iris": bool(settings.IRIS_KEYS),
        }


class CloseView(FinanceOnly, View):
    """Close the period that is over, now."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Say how many settlements came of it."""
        closed = close_due_periods(now=timezone.now())
        messages.success(request, _("%(count)d settlements were closed.") % {"count": len(closed)})
        return redirect("office:payouts")


class MakeBatchView(FinanceOnly, View):
    """Put settlements into a batch."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it, and show it."""
        chosen = [int(key) for key in request.POST.getlist("settlement") if key.isdecimal() and len(key) < 18]
        way = BatchWay.IRIS if request.POST.get("way") == BatchWay.IRIS else BatchWay.BANK_FILE
        try:
            batch = make_batch(way=way, settlement_ids=chosen, by_id=int(request.user.pk or 0), now=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return redirect("office:payouts")
        journal.note(action=journal.MAKE_BATCH, about=batch, by=request.user)
        messages.success(request, _("The batch waits for a second person."))
        return redirect("office:batch", pk=batch.pk)


class BatchView(OfficePage):
    """One batch: its transfers, who made and approved it, and what is next."""

    template_name = "office/batch.html"
    header_icon = "order-down"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the batch; finance alone may ask."""
        rows = PayoutBatch.objects.select_related("made_by", "decided_by", "merchant_account")
        self.batch = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        """Its number."""
        return _("Batch %(number)d") % {"number": self.batch.pk}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The transfers; they show account numbers and names, so the look is noted."""
        staff_id = int(self.request.user.pk or 0)
        note_access(staff_id=staff_id, subject=f"batch {self.batch.pk}", purpose="payouts", now=timezone.now())
        payouts = list(
            Payout.objects.filter(batch=self.batch)
            .select_related("settlement__shop", "settlement__party", "bank_account")
            .order_by("pk")
        )
        waiting = [one for one in payouts if one.status == PayoutStatus.APPROVED]
        reasons = reasons_to_hold(waiting)
        rows: list[dict[str, Any]] = [
            {
                "payout": one,
                "reason": reasons.get(one.pk, ""),
                "name": one.settlement.party.name if one.settlement.party else one.settlement.shop.name,
                "bank": bank_name(one.bank_account.bank),
                "can_end": self.batch.way == BatchWay.BANK_FILE
                and one.status in (PayoutStatus.SENT, PayoutStatus.DONE),
            }
            for one in payouts
        ]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        is_file = self.batch.way == BatchWay.BANK_FILE
        is_approved = self.batch.status == BatchStatus.APPROVED
        return context | {
            "batch": self.batch,
            "rows": rows,
            "total": sum(one.amount for one in payouts if one.status != PayoutStatus.HELD),
            "waits": self.batch.status == BatchStatus.MADE,
            "is_own": self.batch.made_by_id == self.request.user.pk,
            "has_file": is_file and is_approved and any(one.status != PayoutStatus.HELD for one in payouts),
            "can_send": is_file and bool(waiting) and self.batch.exported_at is not None,
            "is_disputed_since": bool(reasons),
            "has_iris": has_iris(self.batch.merchant_account),
            "history": journal.history(self.batch),
        }


class BatchDecisionView(FinanceOnly, View):
    """Approve, reject, hand to the bank."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide and write it down; a refusal is said and changes nothing."""
        batch = get_object_or_404(PayoutBatch, pk=pk)
        decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "").strip()[:200]
        now, by_id = timezone.now(), int(request.user.pk or 0)
        try:
            match decision:
                case "approve":
                    approve_batch(batch_id=pk, by_id=by_id, now=now)
                    action, words = journal.APPROVE_BATCH, _("Approved.")
                case "reject":
                    reject_batch(batch_id=pk, by_id=by_id, reason=reason, now=now)
                    action, words = journal.REJECT_BATCH, _("Rejected. Its settlements can be put into another batch.")
                case "sent" | "sent_with_disputed":
                    with_disputed = decision == "sent_with_disputed"
                    record_sent(batch_id=pk, by_id=by_id, now=now, with_disputed=with_disputed)
                    action, words = journal.SEND_BATCH, _("Noted: the bank has it.")
                case _:
                    return redirect("office:batch", pk=pk)
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            journal.note(action=action, about=batch, by=request.user, reason=reason)
            messages.success(request, words)
        return redirect("office:batch", pk=pk)


class OutcomeView(FinanceOnly, View):
    """What the bank said of one transfer of a bank file."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note it."""
        payout = get_object_or_404(Payout, pk=pk)
        is_done = request.POST.get("outcome") == "done"
        reason = request.POST.get("reason", "").strip()[:200]
        try:
            record_outcome(
                payout_id=pk, is_done=is_done, reason=reason, by_id=int(request.user.pk or 0), now=timezone.now()
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("Noted."))
        return redirect("office:batch", pk=payout.batch_id)


class BankFileView(FinanceOnly, View):
    """The transfers of an approved batch, for the bank."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look at each transfer once more, and write the file without those that are held back."""
        batch = get_object_or_404(PayoutBatch, pk=pk, way=BatchWay.BANK_FILE, status=BatchStatus.APPROVED)
        staff_id, now = int(request.user.pk or 0), timezone.now()
        held = export_batch(batch_id=pk, by_id=staff_id, now=now)
        for payout in held:
            journal.note(action=journal.HOLD_PAYOUT, about=batch, by=request.user, reason=payout.failure)
            messages.warning(request, _("Held back: %(reason)s") % {"reason": payout.failure})
        if not Payout.objects.filter(batch=batch).exclude(status=PayoutStatus.HELD).exists():
            messages.error(request, _("Nothing is left in this batch to be paid."))
            return redirect("office:batch", pk=pk)
        note_access(staff_id=staff_id, subject=f"batch {batch.pk}", purpose="bank file", now=now)
        return as_file(bank_file(batch), f"pencairan-{batch.pk}.csv", "text/csv")


class SettlementsView(OfficePage):
    """All closed settlements, newest first."""

    template_name = "office/settlements.html"
    page_title = gettext_lazy("Settlements")
    header_icon = "list-ul"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of rows."""
        offset = self.offset("mulai")
        rows = settlements_of(limit=PER_PAGE + 1, offset=offset)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "rows": rows[:PER_PAGE],
            "older": f"?mulai={offset + PER_PAGE}" if len(rows) > PER_PAGE else "",
        }


class SettlementView(OfficePage):
    """One statement."""

    template_name = "office/settlement.html"
    header_icon = "list-ul"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find it; finance alone may ask."""
        self.settlement = get_object_or_404(Settlement, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        """Its number."""
        return _("Statement %(number)d") % {"number": self.settlement.pk}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or with ``?format=`` the paper or the spreadsheet."""
        page = settlement_page(self.settlement)
        name = f"rincian-{self.settlement.pk}"
        match request.GET.get("format"):
            case "pdf":
                return as_file(
                    statement_pdf(page, site_name=site_name(), language=language()),
                    f"{name}.pdf",
                    "application/pdf",
                )
            case "csv":
                return as_file(statement_csv(page, language=language()), f"{name}.csv", "text/csv")
        context = self.get_context_data(**kwargs) | {"page": page, "sums": sums(page)}
        answer: HttpResponse = self.render_to_response(context)
        return answer


def batch_row(batch: PayoutBatch) -> dict[str, Any]:
    """A batch for a list."""
    payouts = list(batch.payouts.all())
    return {
        "batch": batch,
        "count": len(payouts),
        "total": sum(one.amount for one in payouts),
        "failed": sum(one.status == PayoutStatus.FAILED for one in payouts),
        "held": sum(one.status == PayoutStatus.HELD for one in payouts),
        "done": sum(one.status == PayoutStatus.DONE for one in payouts),
    }


def as_file(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
