"""What the office writes into Wagtail's log: who decided what, about what, and why."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter, log
from wagtail.models import ModelLogEntry

APPROVE_SHOP = "office.approve_shop"
SUSPEND_SHOP = "office.suspend_shop"
HIDE_LISTING = "office.hide_listing"
SHOW_LISTING = "office.show_listing"
PAY_REFUND = "office.pay_refund"
RETRY_DELIVERY = "office.retry_delivery"
RETRY_DOCUMENT = "office.retry_document"
PIN_RESULT = "office.pin_result"
UNPIN_RESULT = "office.unpin_result"
KEEP_WORDING = "office.keep_wording"
REMOVE_WORDING = "office.remove_wording"
MAKE_BATCH = "office.make_batch"
APPROVE_BATCH = "office.approve_batch"
REJECT_BATCH = "office.reject_batch"
SEND_BATCH = "office.send_batch"
HOLD_PAYOUT = "office.hold_payout"
VALID_ACCOUNT = "office.valid_account"
REFUSE_ACCOUNT = "office.refuse_account"
RECORD_DEPOSIT = "office.record_deposit"
RECORD_REMITTANCE = "office.record_remittance"
TAKE_TILL = "office.take_till"
ADD_RATE = "office.add_rate"
END_RATE = "office.end_rate"
WITHDRAW_RULE = "office.withdraw_rule"
RETRY_REFUND = "office.retry_refund"
GIVE_BACK = "office.give_back"
CONFIRM_CLOSING = "office.confirm_closing"
DROP_CLOSING = "office.drop_closing"
ACCEPT_PAYMENT = "office.accept_payment"
REFUSE_PAYMENT = "office.refuse_payment"
LOSE_DISPUTE = "office.lose_dispute"
EXPLAIN_PAYMENT = "office.explain_payment"
BEAR_REFUND = "office.bear_refund"
COUNT_REFUND = "office.count_refund"
TAX_LETTER = "office.tax_letter"


class Decision(LogFormatter):
    """A decision with its reason."""

    def format_message(self, log_entry: Any) -> str:
        """What was decided."""
        return str(self.label)

    def format_comment(self, log_entry: Any) -> str:
        """Why."""
        return str(log_entry.data.get("reason", ""))


LABELS = {
    APPROVE_SHOP: gettext_lazy("Shop approved"),
    SUSPEND_SHOP: gettext_lazy("Shop suspended"),
    HIDE_LISTING: gettext_lazy("Listing blocked"),
    SHOW_LISTING: gettext_lazy("Listing shown again"),
    PAY_REFUND: gettext_lazy("Refund paid by hand"),
    RETRY_DELIVERY: gettext_lazy("Delivery tried again"),
    RETRY_DOCUMENT: gettext_lazy("Document offered to the index again"),
    PIN_RESULT: gettext_lazy("Search result pinned"),
    UNPIN_RESULT: gettext_lazy("Search result no longer pinned"),
    KEEP_WORDING: gettext_lazy("Words of the search saved"),
    REMOVE_WORDING: gettext_lazy("Words of the search removed"),
    MAKE_BATCH: gettext_lazy("Batch made"),
    APPROVE_BATCH: gettext_lazy("Batch approved"),
    REJECT_BATCH: gettext_lazy("Batch rejected"),
    SEND_BATCH: gettext_lazy("Batch handed to the bank"),
    HOLD_PAYOUT: gettext_lazy("Transfer held back"),
    VALID_ACCOUNT: gettext_lazy("Bank account accepted"),
    REFUSE_ACCOUNT: gettext_lazy("Bank account refused"),
    RECORD_DEPOSIT: gettext_lazy("Deposit recorded"),
    RECORD_REMITTANCE: gettext_lazy("Paying back recorded"),
    TAKE_TILL: gettext_lazy("Till taken over"),
    ADD_RATE: gettext_lazy("Rate added"),
    END_RATE: gettext_lazy("Rate ended"),
    WITHDRAW_RULE: gettext_lazy("Rule taken back"),
    GIVE_BACK: gettext_lazy("Given back to the buyer"),
    RETRY_REFUND: gettext_lazy("Midtrans asked again for a refund"),
    CONFIRM_CLOSING: gettext_lazy("Visitors of a closed date looked after"),
    DROP_CLOSING: gettext_lazy("Closing called off"),
    ACCEPT_PAYMENT: gettext_lazy("Payment under review accepted"),
    REFUSE_PAYMENT: gettext_lazy("Payment under review refused"),
    LOSE_DISPUTE: gettext_lazy("Disputed payment given up"),
    EXPLAIN_PAYMENT: gettext_lazy("Payment set aside with a note"),
    BEAR_REFUND: gettext_lazy("Said who bears a refund"),
    COUNT_REFUND: gettext_lazy("Refund from the dashboard counted toward an open one"),
    TAX_LETTER: gettext_lazy("Letter for PPh 22 noted"),
}


def register(actions: Any) -> None:
    """Make the decisions known to Wagtail's log."""
    for name, label in LABELS.items():
        actions.register_action(name)(type("Decision", (Decision,), {"label": label}))


def note(*, action: str, about: Model, by: Any, reason: str = "") -> None:
    """Write a decision down."""
    log(instance=about, action=action, user=by, data={"reason": reason} if reason else {})


def history(about: Model) -> list[dict[str, Any]]:
    """The decisions about a thing, newest first; two queries."""
    entries = ModelLogEntry.objects.for_instance(about).filter(action__in=LABELS).select_related("user")
    return [
        {
            "words": str(LABELS[entry.action]),
            "reason": entry.data.get("reason", ""),
            "by": str(entry.user) if entry.user else _("deleted account"),
            "at": entry.timestamp,
        }
        for entry in entries.order_by("-timestamp", "-pk")[:20]
    ]
