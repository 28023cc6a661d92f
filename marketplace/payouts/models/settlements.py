"""The shares of a line, frozen at its sale; and what a payee is owed for a period, item by item."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.ledger.models import Entry
from marketplace.orders.models import OrderLine
from marketplace.payouts.models.rates import LevyKind
from marketplace.shops.models import Party, Shop


class LineShare(models.Model):
    """A part of a line that is not the shop's own: a tax, or a party's share. The commission stands on the line."""

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="shares", verbose_name=_("order line"))
    levy = models.CharField(_("tax"), max_length=4, choices=LevyKind, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party"))
    # Of 10,000; 0 where each piece has a fixed share.
    rate = models.PositiveIntegerField(_("rate, of 10,000"), default=0)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_share_not_negative"),
            models.CheckConstraint(
                condition=Q(levy="", party__isnull=False) | (~Q(levy="") & Q(party__isnull=True)),
                name="line_share_is_a_tax_or_a_party",
            ),
            models.UniqueConstraint(fields=["line", "party"], name="party_once_per_line"),
            models.UniqueConstraint(fields=["line"], condition=~Q(levy=""), name="one_tax_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.levy or self.party_id} {self.amount}"


class Settlement(models.Model):
    """What a shop, or a party of it, is owed for a period. Written when the period closes and never changed.

    ``carried_amount + items_amount - reserve_amount - withheld_amount`` is ``amount + left_amount``: what is paid out, and
    what goes over into the next period (below zero: owed by the payee).
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="settlements", verbose_name=_("shop"))
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="settlements", verbose_name=_("party")
    )
    from_date = models.DateField(_("from"))
    until_date = models.DateField(_("until"))
    carried_amount = models.BigIntegerField(_("carried over"), default=0)
    items_amount = models.BigIntegerField(_("settled"))
    # Held back for dates to come; below zero: given free again.
    reserve_amount = models.BigIntegerField(_("held back"), default=0)
    withheld_amount = models.BigIntegerField(_("PPh 22 withheld"), default=0)
    withheld_rate = models.PositiveIntegerField(_("PPh 22, of 10,000"), default=0)
    withheld_of = models.BigIntegerField(_("PPh 22, of a gross of"), default=0)
    amount = models.BigIntegerField(_("to be paid out"))
    left_amount = models.BigIntegerField(_("goes over"), default=0)
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "until_date"], condition=Q(party__isnull=True), name="one_settlement_per_period"
            ),
            models.UniqueConstraint(
                fields=["party", "until_date"],
                condition=Q(party__isnull=False),
                name="one_settlement_per_period_and_party",
            ),
            models.CheckConstraint(condition=Q(until_date__gte=F("from_date")), name="settlement_dates_in_order"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="settlement_pays_nothing_back"),
            models.CheckConstraint(
                condition=Q(
                    amount=F("carried_amount")
                    + F("items_amount")
                    - F("reserve_amount")
                    - F("withheld_amount")
                    - F("left_amount")
                ),
                name="settlement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"settlement {self.pk}"


class SettlementItem(models.Model):
    """One entry of the ledger in the settlement that closed it; an entry is settled once."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="items", verbose_name=_("settlement"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="settlement_item", verbose_name=_("entry"))
    # Above zero what the payee got, below what went off again.
    amount = models.BigIntegerField(_("amount"))

    def __str__(self) -> str:
        return f"{self.settlement_id}: {self.amount}"
