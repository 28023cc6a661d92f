"""What shops and parties owe the operator, what of it they paid back, and the form that records it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.money import rupiah
from frontend.office import journal
from frontend.office.views.deposits import day_field
from frontend.office.views.finance import OfficePage
from marketplace.payouts.queries import Debt, Payee, debts, payee_of, remittances
from marketplace.payouts.services import record_remittance

PER_PAGE = 50


class RemittanceForm(forms.Form):
    """What was paid back."""

    payee = forms.CharField(label=gettext_lazy("Who paid"), widget=forms.Select)
    amount = forms.IntegerField(
        label=gettext_lazy("Amount in rupiah"),
        min_value=1,
        help_text=gettext_lazy("All that is owed now, or a part of it."),
    )
    bank_reference = forms.CharField(
        label=gettext_lazy("Bank reference"),
        max_length=60,
        help_text=gettext_lazy("As the bank's statement names the transfer. Each is recorded once."),
    )
    received_on = day_field(gettext_lazy("Received on"))

    def __init__(self, *args: Any, owing: list[Debt], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["payee"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", "–"), *((debt.payee.code, in_words(debt)) for debt in owing)]

    def clean_payee(self) -> Payee:
        """Anybody who is paid: who has just paid all is not on the list any more, and may send the form again."""
        payee = payee_of(self.cleaned_data["payee"])
        if payee is None:
            raise forms.ValidationError(_("Choose who paid."))
        return payee


class OwingView(OfficePage):
    """Who owes how much since when, what was paid back lately, and the form that records it."""

    template_name = "office/owing.html"
    page_title = gettext_lazy("Owed to us")
    header_icon = "download"
    form: RemittanceForm | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Record a transfer; 422 with a sentence where it cannot be."""
        self.form = RemittanceForm(request.POST, owing=debts())
        if self.form.is_valid():
            try:
                remittance = record_remittance(
                    **self.form.cleaned_data, by_id=int(request.user.pk or 0), now=timezone.now()
                )
            except DomainError as refusal:
                self.form.add_error(None, refusal.sentence)
            else:
                journal.note(action=journal.RECORD_REMITTANCE, about=remittance, by=request.user)
                messages.success(request, _("Recorded: %(amount)s.") % {"amount": rupiah(remittance.amount)})
                return redirect("office:owing")
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs), status=422)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of each list, and the form, filled with the debt that was chosen."""
        owing = debts()
        first, first_paid = self.offset("utang"), self.offset("mulai")
        paid = remittances(limit=PER_PAGE + 1, offset=first_paid)
        chosen = next((debt for debt in owing if debt.payee.code == self.request.GET.get("dari")), None)
        initial = {
            "payee": chosen.payee.code if chosen else "",
            "amount": chosen.amount if chosen else None,
            "received_on": day_of(timezone.now()),
        }
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "debts": owing[first : first + PER_PAGE],
            "more": f"?utang={first + PER_PAGE}" if len(owing) > first + PER_PAGE else "",
            "total": sum(debt.amount for debt in owing),
            "count": len(owing),
            "remittances": paid[:PER_PAGE],
            "older": f"?mulai={first_paid + PER_PAGE}#recorded" if len(paid) > PER_PAGE else "",
            "form": self.form or RemittanceForm(initial=initial, owing=owing),
        }


def in_words(debt: Debt) -> str:
    """A debt for a list to choose from."""
    return f"{debt.name} ({rupiah(debt.amount)})"
