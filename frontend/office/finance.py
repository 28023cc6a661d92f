"""The operator's books in figures: every figure is a balance of the ledger, and leads to its entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.office import waiting
from marketplace.ledger.models import AccountKind
from marketplace.ledger.queries import balances
from marketplace.payments.models import PaymentMethod
from marketplace.payouts.models import BatchStatus, Payout, PayoutBatch, PayoutStatus
from marketplace.payouts.queries import owing, to_pay_out
from marketplace.shops.models import BankAccount, BankAccountStatus, Party, Shop
from tourism.regions.models import Region


@dataclass(frozen=True)
class Figure:
    """One balance and where its entries are."""

    words: str
    amount: int
    url: str
    note: str = ""


@dataclass(frozen=True)
class Finance:
    """What came in, whose it is, and what waits."""

    held: Sequence[Figure]
    shops: Sequence[Figure]
    treasuries: Sequence[Figure]
    others: Sequence[Figure]
    own: Sequence[Figure]
    tasks: Sequence[waiting.Waiting]
    # What each shop or party owes that was settled below zero, by the code of its account.
    debts: Mapping[str, int]

    @property
    def held_total(self) -> int:
        """What Midtrans, the bank and tills hold."""
        return sum(one.amount for one in self.held)

    @property
    def owed_total(self) -> int:
        """What of it is others'."""
        return sum(one.amount for one in (*self.shops, *self.treasuries, *self.others))

    @property
    def debts_total(self) -> int:
        """What shops and parties owe us."""
        return sum(self.debts.values())

    @property
    def own_total(self) -> int:
        """What of it is the operator's."""
        return sum(one.amount for one in self.own)


def finance() -> Finance:
    """The books as they stand; a fixed number of queries."""
    all_of = {code: amount for code, amount in balances("").items() if amount}
    by_kind: dict[str, dict[str, int]] = {}
    for code, amount in all_of.items():
        by_kind.setdefault(code.partition(":")[0], {})[code] = amount
    # Money enters from these, so what they hold for us stands on the other side.
    held = [
        Figure(_held_words(code), -amount, entries_url(code), _held_note(code, -amount))
        for kind in ("clearing", "bank", "cash", "difference")
        for code, amount in by_kind.get(kind, {}).items()
    ]
    return Finance(
        held=held,
        shops=_shops(by_kind),
        treasuries=_treasuries(by_kind.get("treasury", {})),
        others=_others(by_kind),
        own=[
            Figure(str(AccountKind(kind.upper()).label), amount, entries_url(code))
            for kind in ("commission", "gateway_fee")
            for code, amount in by_kind.get(kind, {}).items()
        ]
        + [
            Figure(_("discounts and money back that the operator bears"), amount, entries_url(code))
            for code, amount in by_kind.get("discount", {}).items()
            if code.startswith("discount:OPERATOR")
        ],
        tasks=tasks(),
        debts=owing(by_kind.get("settled", {})),
    )


def entries_url(code: str) -> str:
    """The page of an account's entries."""
    return f"{reverse('office:account')}?{urlencode({'kode': code})}"


def tasks(*, with_money: bool = True) -> Sequence[waiting.Waiting]:
    """What waits for somebody of finance, most urgent first; a fixed number of queries.

    :param with_money: whether payments and refunds are among it.
    """
    payouts, money = reverse("office:payouts"), reverse("office:money")
    failed = Payout.objects.filter(status=PayoutStatus.FAILED).exclude(
        settlement__payouts__status__in=("MADE", "APPROVED", "SENT", "DONE")
    )
    found = [
        waiting.Waiting(
            waiting.payments_to_look_at().count() if with_money else 0,
            _("Payments that differ from Midtrans"),
            _("What Midtrans reports differs from what was asked for."),
            money,
        ),
        waiting.Waiting(
            waiting.refunds_to_pay().count() if with_money else 0,
            _("Refunds to pay by hand"),
            _("The channel cannot give this money back by itself."),
            money + "#kembali",
        ),
        waiting.Waiting(
            waiting.refunds_to_bear().count() if with_money else 0,
            _("Refunds that nobody bears yet"),
            _("They were made at Midtrans' dashboard, of a part. Say who bears them."),
            money + "#tanggung",
        ),
        waiting.Waiting(
            failed.values("settlement").distinct().count(),
            _("Payouts that failed"),
            _("The bank sent them back. Look at the account, then put them into another batch."),
            payouts,
        ),
        waiting.Waiting(
            PayoutBatch.objects.filter(status=BatchStatus.MADE).count(),
            _("Batches that wait for a second person"),
            _("Who made a batch does not approve it."),
            payouts + "#kelompok",
        ),
        waiting.Waiting(len(to_pay_out()), _("Settlements to pay out"), _("Put them into a batch."), payouts),
        waiting.Waiting(
            bank_accounts_to_compare().count(),
            _("Bank accounts to compare"),
            _("The bank knows the account under another name, or could not be asked."),
            reverse("office:bank_accounts"),
        ),
    ]
    return [one for one in found if one.count]


def bank_accounts_to_compare() -> QuerySet[BankAccount]:
    """Bank accounts that a person has to look at."""
    open_ones = (BankAccountStatus.GIVEN, BankAccountStatus.DIFFERS, BankAccountStatus.REFUSED)
    return BankAccount.objects.filter(status__in=open_ones).select_related("shop", "party").order_by("given_at", "pk")


def is_held(code: str) -> bool:
    """Whether money lies there. In the ledger it then stands below zero; people read it the other way round."""
    return code.partition(":")[0] in ("clearing", "bank", "cash", "difference")


def words_of(code: str) -> str:
    """An account as people call it."""
    kind, _colon, rest = code.partition(":")
    if is_held(code):
        return _held_words(code)
    try:
        label = str(AccountKind(kind.upper()).label)
    except ValueError:
        return code
    return f"{label[:1].upper()}{label[1:]} ({rest})"


def _held_words(code: str) -> str:
    kind, *rest = code.split(":")
    if kind == "clearing":
        method = rest[-1]
        words = str(PaymentMethod(method).label) if method in PaymentMethod else method
        return _("At Midtrans, by %(method)s") % {"method": words}
    if kind == "bank":
        return _("Midtrans Payouts") if rest[-1] == "IRIS" else _("Bank account")
    if kind == "difference":
        return _("Cash missing at a gate, or too much")
    return _("Cash on its way to the treasurer") if rest[-1] == "HANDED" else _("Cash at a gate")


def _held_note(code: str, held: int) -> str:
    """What a figure below zero means where money lies."""
    if held >= 0:
        return ""
    match code.partition(":")[0]:
        case "bank":
            return _("Below zero: more was paid from here than Midtrans has transferred to it so far.")
        case "clearing":
            return _("Below zero: more went back or was transferred than had come in this way.")
        case "difference":
            return _("Below zero: so much more was found than tills should have held.")
    return _("Below zero: more was handed on than had been sold for.")


def _shops(by_kind: dict[str, dict[str, int]]) -> list[Figure]:
    """Each shop with all that lies in its accounts."""
    totals: dict[int, int] = {}
    for kind in ("shop", "shipping", "tax", "discount", "kept", "settled", "reserve"):
        for code, amount in by_kind.get(kind, {}).items():
            match code.split(":"):
                case (
                    ["shop" | "shipping" | "kept", number]
                    | ["tax", "PBJT" | "PPN", number]
                    | ["discount", "SHOP", number]
                ):
                    key = int(number)
                case ["settled" | "reserve", "shop", number]:
                    key = int(number)
                case _:
                    continue
            totals[key] = totals.get(key, 0) + amount
    names = dict(Shop.objects.filter(pk__in=totals).values_list("pk", "name"))
    return [
        Figure(names.get(key, str(key)), amount, reverse("office:shop_money", args=[key]))
        for key, amount in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
        if amount
    ]


def _treasuries(found: dict[str, int]) -> list[Figure]:
    names = dict(Region.objects.regencies().values_list("code", "short_name"))
    return [
        Figure(names.get(code.partition(":")[2], code), amount, entries_url(code)) for code, amount in found.items()
    ]


def _others(by_kind: dict[str, dict[str, int]]) -> list[Figure]:
    parties: dict[int, int] = {}
    for code, amount in (by_kind.get("party", {}) | by_kind.get("settled", {}) | by_kind.get("reserve", {})).items():
        match code.split(":"):
            case ["party", number] | ["settled" | "reserve", "party", number]:
                parties[int(number)] = parties.get(int(number), 0) + amount
            case _:
                continue
    names = dict(Party.objects.filter(pk__in=parties).values_list("pk", "name"))
    figures = [
        Figure(names.get(key, str(key)), amount, entries_url(f"party:{key}"))
        for key, amount in sorted(parties.items())
        if amount
    ]
    figures += [
        Figure(
            _("Money to go back to buyers"),
            amount,
            entries_url(code),
            _("Below zero: given back at Midtrans' dashboard, and nobody bears it yet.") if amount < 0 else "",
        )
        for code, amount in by_kind.get("refunds", {}).items()
    ]
    waiting_money = sum(by_kind.get("buyer", {}).values())
    if waiting_money:
        figures.append(Figure(_("Paid, not certain yet"), waiting_money, reverse("office:money")))
    figures += [
        Figure(_("PPh 22 withheld, owed to the state"), amount, entries_url(code))
        for code, amount in by_kind.get("tax", {}).items()
        if code.startswith("tax:PPH22")
    ]
    return figures
