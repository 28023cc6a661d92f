"""What a seller gets of a price, and why: each line of it in words."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from foundation.clock import day_words
from frontend.parts.values import Amount
from frontend.seller.deadlines import language
from frontend.seller.money import percent
from marketplace.catalog.models import ChargeKind, ListingKind
from marketplace.payouts.queries import Fees, Piece, Rates, announced_fees, rates_on
from marketplace.shops.models import Shop


def take_home_of(
    shop: Shop,
    price: int,
    *,
    kind: ListingKind,
    charge_kind: ChargeKind,
    listing_id: int | None,
    category_id: int | None,
    day: date,
) -> dict[str, Any]:
    """The price, what goes off it with the reason, and what comes in; four queries."""
    rates = rates_on(day)
    piece = rates.piece(
        price,
        kind=kind,
        charge_kind=charge_kind,
        region_id=shop.region_id,
        shop_id=shop.pk,
        listing_id=listing_id,
        category_id=category_id,
    )
    about = {
        "kind": str(kind),
        "region_id": shop.region_id,
        "charge_kind": str(charge_kind),
        "category_id": category_id,
    }
    return {
        "lines": list(_lines(shop, piece, rates, about)),
        "price": price,
        "comes_in": piece.own,
        "coming": _coming(rates, about, day),
    }


def _lines(shop: Shop, piece: Piece, rates: Rates, about: dict[str, Any]) -> Iterator[Amount]:
    yield Amount(title=_("Price"), amount=piece.price)
    if piece.treasury:
        yield Amount(
            title=_("Retribusi"),
            amount=-piece.treasury,
            note=_("All of it belongs to the region's treasury; nothing is taken off it."),
        )
        return
    if piece.levy_amount:
        levy = rates.levy(charge_kind=about["charge_kind"], region_id=shop.region_id, shop_id=shop.pk)
        words = [_("Inside the price. It comes to you with each settlement, and you declare it yourself.")]
        if levy is not None and levy.legal_basis:
            words.append(levy.legal_basis)
        title = _("%(tax)s %(rate)s%%") % {"tax": piece.levy, "rate": percent(piece.levy_rate)}
        yield Amount(title=title, amount=-piece.levy_amount, note=" ".join(words))
    schedule = rates.fees.schedule(**about)
    since = (
        _("In force since %(day)s.") % {"day": day_words(schedule.valid_from_date, language())}
        if schedule and schedule.rate
        else _("The operator takes none.")
    )
    title = _("Commission %(rate)s%%") % {"rate": percent(piece.commission_rate)}
    yield Amount(title=title, amount=-piece.commission, note=since)
    for part in piece.parties:
        why = (_("%(kind)s, %(rate)s%% of what is left") if part.rate else _("%(kind)s, the same of each piece")) % {
            "kind": part.kind_words[:1].upper() + part.kind_words[1:],
            "rate": percent(part.rate),
        }
        yield Amount(title=part.name, amount=-part.amount, note=why)
    yield Amount(title=_("Cost of payment"), amount=0, note=_("Borne by the operator."))


def _coming(rates: Rates, about: dict[str, Any], day: date) -> str:
    """A commission that is announced and differs from the present one."""
    for schedule in announced_fees(day):
        rate = Fees([schedule]).rate(**about)
        fits = Fees([schedule]).schedule(**about) is not None
        if fits and rate != rates.fees.rate(**about):
            words = {"day": day_words(schedule.valid_from_date, language()), "rate": percent(rate)}
            return _("From %(day)s on the commission is %(rate)s%%.") % words
    return ""
