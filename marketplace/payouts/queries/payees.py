"""Who is paid: a shop, or a party that has a share in what a shop sells; and what the ledger holds for them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from marketplace.ledger import accounts
from marketplace.ledger.models import Entry, JournalKind
from marketplace.payouts.models import LineShare
from marketplace.shops.models import Party, Shop


@dataclass(frozen=True, order=True)
class Payee:
    """A shop, or a party of it."""

    shop_id: int
    party_id: int | None = None

    @property
    def code(self) -> str:
        """Its own account."""
        return accounts.shop(self.shop_id) if self.party_id is None else accounts.party(self.party_id)

    @property
    def sources(self) -> tuple[str, ...]:
        """The accounts that its settlements empty."""
        return accounts.of_shop(self.shop_id) if self.party_id is None else (self.code,)

    def rows(self, prefix: str = "") -> Q:
        """Rows that name this payee by shop and party."""
        whose = Q(**{f"{prefix}shop_id": self.shop_id})
        if self.party_id is None:
            return whose & Q(**{f"{prefix}party__isnull": True})
        return whose & Q(**{f"{prefix}party_id": self.party_id})

    @property
    def pockets(self) -> tuple[str, ...]:
        """All accounts in which something of it lies."""
        return (*self.sources, accounts.settled(self.code), accounts.reserve(self.code))


def payee_of(code: str) -> Payee | None:
    """The payee whose own account is called so ("shop:12", "party:3"); None if there is none. One query."""
    kind, _colon, number = code.partition(":")
    # What passes 64 bits is no key.
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    if kind == "shop":
        return Payee(int(number)) if Shop.objects.filter(pk=number).exists() else None
    party = Party.objects.filter(pk=number).first() if kind == "party" else None
    return Payee(party.shop_id, party.pk) if party else None


def unsettled(codes: Collection[str] | None = None) -> QuerySet[Entry]:
    """Entries that no settlement has closed yet, of these accounts."""
    entries = Entry.objects.filter(settlement_item=None).exclude(journal__kind=JournalKind.SETTLEMENT)
    return entries.filter(Q(from_account__code__in=codes) | Q(to_account__code__in=codes)) if codes else entries


def payees_to_settle() -> list[Payee]:
    """All payees of whom something is not settled, or held back; three queries."""
    kinds = Q(pk__in=[])
    for side in ("from_account", "to_account"):
        kinds |= Q(**{f"{side}__kind__in": ("SHOP", "SHIPPING", "TAX", "PARTY", "KEPT")})
        kinds |= Q(**{f"{side}__code__startswith": "discount:SHOP:"})
    rows = unsettled().filter(kinds).order_by()
    codes = {code for pair in rows.values_list("from_account__code", "to_account__code").distinct() for code in pair}
    held = Entry.objects.filter(to_account__code__startswith="reserve:").order_by()
    codes |= {code.partition(":")[2] for code in held.values_list("to_account__code", flat=True).distinct()}
    shops, parties = set(), set()
    for code in codes:
        match code.split(":"):
            case (
                ["shop" | "shipping" | "kept", number] | ["tax", "PBJT" | "PPN", number] | ["discount", "SHOP", number]
            ):
                shops.add(int(number))
            case ["party", number]:
                parties.add(int(number))
    found = {Payee(shop_id) for shop_id in shops}
    owners = Party.objects.filter(pk__in=parties).annotate(owner=F("shop_id")).values_list("owner", "pk")
    return sorted(found | {Payee(owner, party) for owner, party in owners}, key=lambda one: (one.shop_id, one.code))


def share_account(share: LineShare, *, shop_id: int) -> str:
    """The account in which a share of a line lies."""
    return accounts.party(share.party_id) if share.party_id is not None else accounts.tax(share.levy, shop_id)
