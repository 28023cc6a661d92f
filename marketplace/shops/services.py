"""Opening shops, deciding on them, and who may act for them. Told as ``shop.changed``, keyed by the shop's primary key."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from foundation.outbox.services import publish
from marketplace.shops.models import CollectionAgreement, Member, MemberRole, MerchantAccount, Shop, ShopKind, ShopStatus


@dataclass(frozen=True)
class ShopDraft:
    """A shop as its owner gives it; papers may come later."""

    slug: str
    name: str
    kind: ShopKind
    region_id: int
    merchant_account_id: int
    village_id: int | None = None
    story_id: str = ""
    story_en: str = ""
    address: str = ""
    phone: str = ""
    nib: str = ""
    npwp: str = ""
    bank_name: str = ""
    bank_account_number: str = ""
    bank_account_holder: str = ""
    is_sample: bool = False


@transaction.atomic
def open_shop(*, draft: ShopDraft, status: ShopStatus = ShopStatus.PENDING, now: datetime) -> Shop:
    """Open a shop, which waits for the province's approval unless said otherwise; a repeat with the same slug finds it."""
    shop, made = Shop.objects.get_or_create(
        slug=draft.slug, defaults=asdict(draft) | {"status": status, "opened_at": now if status == ShopStatus.APPROVED else None}
    )
    if made:
        publish(topic="shop.changed", key=shop.pk, now=now)
    return shop


@transaction.atomic
def decide_shop(*, shop_id: int, status: ShopStatus, now: datetime) -> Shop:
    """Approve or suspend a shop. What it sells appears or disappears with it; a repeat changes nothing."""
    shop = Shop.objects.select_for_update().get(pk=shop_id)
    if shop.status != status:
        shop.status = status
        shop.opened_at = shop.opened_at or (now if status == ShopStatus.APPROVED else None)
        shop.save(update_fields=["status", "opened_at"])
        publish(topic="shop.changed", key=shop.pk, now=now)
    return shop


def add_member(*, shop_id: int, user_id: int, role: MemberRole) -> Member:
    """Let somebody act for a shop; a repeat sets the role."""
    member, _made = Member.objects.update_or_create(shop_id=shop_id, user_id=user_id, defaults={"role": role})
    return member


def make_merchant_account(*, code: str, legal_owner: str) -> MerchantAccount:
    """The merchant account with this code; a repeat finds it."""
    account, _made = MerchantAccount.objects.get_or_create(code=code, defaults={"legal_owner": legal_owner})
    return account


def sign_agreement(*, region_id: int, merchant_account_id: int, number: str, from_date: date, until_date: date) -> CollectionAgreement:
    """Record that a region's retribusi may be collected through a merchant account; a repeat with the same number extends it."""
    agreement, _made = CollectionAgreement.objects.update_or_create(
        region_id=region_id,
        merchant_account_id=merchant_account_id,
        number=number,
        defaults={"valid_from_date": from_date, "valid_until_date": until_date},
    )
    return agreement
