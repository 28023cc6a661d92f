"""Using vouchers: never more often than they allow."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from foundation.money import rupiah
from marketplace.promotions.models import Bearer, Voucher


class VoucherRefused(DomainError):
    """A voucher that takes nothing off here and now."""

    code = "voucher_refused"
    status = 422


@dataclass(frozen=True)
class Discount:
    """What a voucher takes off one shop's part of an order, in whole rupiah, and who bears it."""

    voucher_id: int
    code: str
    shop_id: int
    amount: int
    borne_by: Bearer


def quote(*, code: str, shop_id: int, goods_amount: int, now: datetime) -> Discount:
    """What a voucher would take off a shop's goods now; nothing is used up.

    :param goods_amount: of this shop's lines, without shipping.
    :raises VoucherRefused: unknown here, not valid now, used up, or too little is bought.
    """
    voucher = Voucher.objects.filter(code=code.strip().upper(), shop_id=shop_id).first()
    if voucher is None:
        raise VoucherRefused(_("This voucher code is not known here."))
    if not voucher.valid_from <= now < voucher.valid_until:
        raise VoucherRefused(_("This voucher is not valid now."))
    if voucher.uses >= voucher.most_uses:
        raise VoucherRefused(_("This voucher is used up."))
    if goods_amount < voucher.least_purchase:
        least = rupiah(voucher.least_purchase)
        raise VoucherRefused(_("This voucher is for purchases of %(least)s or more.") % {"least": least})
    return Discount(
        voucher_id=voucher.pk,
        code=voucher.code,
        shop_id=shop_id,
        # It never takes off more than there is.
        amount=min(voucher.amount, goods_amount),
        borne_by=Bearer(voucher.borne_by),
    )


def use(*, voucher_id: int, now: datetime) -> None:
    """Count one use, inside the transaction that places the order.

    :raises VoucherRefused: it was used up or ended meanwhile.
    """
    valid = Voucher.objects.filter(pk=voucher_id, valid_from__lte=now, valid_until__gt=now)
    # The guard and the increment are one statement, so that two buyers cannot share the last use.
    if not valid.filter(uses__lt=F("most_uses")).update(uses=F("uses") + 1):
        raise VoucherRefused(_("This voucher is used up."))


def give_back(*, voucher_id: int) -> None:
    """Count one use less: the order that used it was not paid. The caller makes sure that it does so once per order."""
    Voucher.objects.filter(pk=voucher_id, uses__gt=0).update(uses=F("uses") - 1)
