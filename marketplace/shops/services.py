"""Opening shops and letting people act for them. Every change is told as ``shop.changed``, keyed by the shop's key."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from foundation.accounts.phones import e164
from foundation.codes import random_code
from foundation.errors import DomainError, InvalidInput
from foundation.outbox.services import publish
from marketplace.shops.banks import BANKS
from marketplace.shops.models import (
    BankAccount,
    BankAccountStatus,
    CollectionAgreement,
    Member,
    MemberRole,
    MerchantAccount,
    Party,
    PartyKind,
    Shop,
    ShopKind,
    ShopStatus,
    TaxStatement,
)
from tourism.regions.models import Region, RegionLevel

# Whose account takes the money of a shop that says nothing else: the operator's.
OPERATOR_ACCOUNT = "operator"


class LastOwner(DomainError):
    """A shop without an owner could be run by nobody."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__(_("A shop needs at least one owner."))


@dataclass(frozen=True)
class ShopDraft:
    """A shop as its owner gives it: name and place are enough to begin."""

    name: str
    region_id: int
    village_id: int | None = None
    kind: ShopKind = ShopKind.UMKM
    phone: str = ""
    address: str = ""
    story_id: str = ""
    story_en: str = ""
    is_sample: bool = False


@transaction.atomic
def open_shop(*, owner_id: int | None, draft: ShopDraft, merchant_code: str = OPERATOR_ACCOUNT, now: datetime) -> Shop:
    """Open a shop; it can be filled at once, and sells when the province has approved it.

    :param owner_id: the account that runs it; None for one that gets its members later.
    :raises InvalidInput: no name, or no kabupaten/kota.
    """
    check(draft)
    account = MerchantAccount.objects.get(code=merchant_code)
    shop = Shop(slug=free_slug(draft.name), merchant_account=account, kind=draft.kind, is_sample=draft.is_sample)
    write(shop, draft)
    shop.status = ShopStatus.PENDING
    shop.save()
    if owner_id is not None:
        Member.objects.create(shop=shop, user_id=owner_id, role=MemberRole.OWNER)
    publish(topic="shop.changed", key=shop.pk, now=now)
    return shop


@transaction.atomic
def change_shop(*, shop_id: int, draft: ShopDraft, now: datetime) -> Shop:
    """Change what a shop says about itself; its kind, address on the site and sample mark stay.

    :raises InvalidInput: no name, or no kabupaten/kota.
    """
    check(draft)
    shop = Shop.objects.select_for_update().get(pk=shop_id)
    write(shop, draft)
    shop.save()
    publish(topic="shop.changed", key=shop.pk, now=now)
    return shop


@transaction.atomic
def approve_shop(*, shop_id: int, now: datetime) -> None:
    """Let a shop sell; what it has listed is published. A repeat changes nothing."""
    shop = Shop.objects.select_for_update().get(pk=shop_id)
    if shop.status != ShopStatus.APPROVED:
        shop.status = ShopStatus.APPROVED
        shop.opened_at = shop.opened_at or now
        shop.save(update_fields=["status", "opened_at"])
        publish(topic="shop.changed", key=shop.pk, now=now)


@transaction.atomic
def suspend_shop(*, shop_id: int, now: datetime) -> None:
    """Stop a shop from selling; its orders go on. A repeat changes nothing."""
    if Shop.objects.filter(pk=shop_id).exclude(status=ShopStatus.SUSPENDED).update(status=ShopStatus.SUSPENDED):
        publish(topic="shop.changed", key=shop_id, now=now)


@transaction.atomic
def add_member(*, shop_id: int, user_id: int, role: MemberRole) -> Member:
    """Let an account act for a shop, or change how; a repeat changes nothing.

    :raises LastOwner: the shop's only owner would cease to be one.
    """
    Shop.objects.select_for_update().get(pk=shop_id)
    if role != MemberRole.OWNER:
        check_other_owner(shop_id, user_id)
    member, _is_new = Member.objects.update_or_create(shop_id=shop_id, user_id=user_id, defaults={"role": role})
    return member


@transaction.atomic
def remove_member(*, shop_id: int, user_id: int) -> None:
    """Let an account no longer act for a shop; a repeat changes nothing.

    :raises LastOwner: it is the shop's only owner.
    """
    Shop.objects.select_for_update().get(pk=shop_id)
    check_other_owner(shop_id, user_id)
    Member.objects.filter(shop_id=shop_id, user_id=user_id).delete()


def check_other_owner(shop_id: int, user_id: int) -> None:
    """Refuse to take away the only owner.

    :raises LastOwner: it is the shop's only owner.
    """
    owners = set(Member.objects.filter(shop_id=shop_id, role=MemberRole.OWNER).values_list("user_id", flat=True))
    if owners == {user_id}:
        raise LastOwner


def check(draft: ShopDraft) -> None:
    """Refuse a draft that cannot be meant.

    :raises InvalidInput: no name, or no kabupaten/kota, or a broken phone number.
    """
    if len(draft.name.strip()) < 3:
        raise InvalidInput(_("Give the shop a name of at least three letters."))
    if not Region.objects.filter(pk=draft.region_id, level=RegionLevel.REGENCY).exists():
        raise InvalidInput(_("Choose the regency or city of the shop."))
    if draft.phone and not draft.is_sample:
        e164(draft.phone)


def write(shop: Shop, draft: ShopDraft) -> None:
    """Copy a draft to a shop; the caller saves."""
    shop.name = draft.name.strip()[:120]
    shop.region_id, shop.village_id = draft.region_id, draft.village_id
    # Sample numbers are visibly impossible, and stay as they are.
    shop.phone = draft.phone if draft.is_sample or not draft.phone else e164(draft.phone)
    shop.address = draft.address.strip()[:250]
    shop.story_id, shop.story_en = draft.story_id.strip(), draft.story_en.strip()


def free_slug(name: str) -> str:
    """An address part made of a name, with a few random letters if another shop has it already."""
    slug = slugify(name)[:70].strip("-") or "toko"
    if Shop.objects.filter(slug=slug).exists():
        return f"{slug}-{random_code(5).lower()}"
    return slug


def keep_merchant_account(*, code: str, legal_owner: str) -> MerchantAccount:
    """Make the merchant account with this code, or rename its owner; a repeat changes nothing."""
    account, _is_new = MerchantAccount.objects.update_or_create(code=code, defaults={"legal_owner": legal_owner})
    return account


def sign_agreement(
    *, region_id: int, merchant_account_id: int, number: str, from_date: date, until_date: date
) -> CollectionAgreement:
    """Record that a region's retribusi may be collected through a merchant account; the same number again extends it.

    :raises InvalidInput: it would end before it begins.
    """
    if until_date < from_date:
        raise InvalidInput(_("The agreement would end before it begins."))
    agreement, _is_new = CollectionAgreement.objects.update_or_create(
        region_id=region_id,
        merchant_account_id=merchant_account_id,
        number=number,
        defaults={"valid_from_date": from_date, "valid_until_date": until_date},
    )
    return agreement


@transaction.atomic
def give_bank_account(
    *, shop_id: int, bank: str, number: str, holder: str, by_id: int | None, now: datetime, party_id: int | None = None
) -> BankAccount:
    """Say where a shop's money goes, or a party's; it is checked before anything is paid there.

    The same account again changes nothing. Another one replaces what was there.

    :raises InvalidInput: no bank that payouts reach, or a number or name that cannot be meant.
    """
    number = "".join(letter for letter in number if letter.isalnum())
    holder = " ".join(holder.split())
    if bank not in BANKS:
        raise InvalidInput(_("Choose a bank."))
    if not number.isdecimal() or not 6 <= len(number) <= 20:
        raise InvalidInput(_("An account number has 6 to 20 digits."))
    if not 3 <= len(holder) <= 120:
        raise InvalidInput(_("Write the holder's name as the bank knows it."))
    Shop.objects.select_for_update().get(pk=shop_id)
    if party_id is not None:
        Party.objects.get(pk=party_id, shop_id=shop_id)
    whose = Q(party__isnull=True) if party_id is None else Q(party_id=party_id)
    present = BankAccount.objects.filter(whose, shop_id=shop_id).exclude(status=BankAccountStatus.REPLACED)
    same = present.filter(bank=bank, number=number, holder=holder).first()
    if same is not None:
        return same
    present.update(status=BankAccountStatus.REPLACED)
    account = BankAccount.objects.create(
        shop_id=shop_id, party_id=party_id, bank=bank, number=number, holder=holder, given_by_id=by_id, given_at=now
    )
    publish(topic="bank_account.given", key=account.pk, now=now)
    return account


@transaction.atomic
def bank_account_checked(
    *, account_id: int, status: BankAccountStatus, known_as: str, now: datetime, by_id: int | None = None
) -> None:
    """Note what the bank said of an account, or a person who compared; one that was replaced meanwhile stays so."""
    open_ones = BankAccount.objects.exclude(status=BankAccountStatus.REPLACED)
    changes: dict[str, object] = {"status": status, "checked_at": now, "checked_by_id": by_id}
    if by_id is None:
        changes["known_as"] = known_as[:120]
    open_ones.filter(pk=account_id).update(**changes)


@transaction.atomic
def keep_party(*, shop_id: int, kind: PartyKind, name: str) -> Party:
    """Note somebody who has a share in what a shop sells; a repeat changes the kind at most.

    :raises InvalidInput: no name.
    """
    name = " ".join(name.split())
    if not 3 <= len(name) <= 120:
        raise InvalidInput(_("Write the name."))
    party, _is_new = Party.objects.update_or_create(shop_id=shop_id, name=name, defaults={"kind": kind})
    return party


def give_tax_statement(*, shop_id: int, given_on: date, until: date) -> TaxStatement:
    """Note a shop's letter that its turnover is below the threshold; the same again changes nothing.

    :raises InvalidInput: it would end before it begins.
    """
    if until < given_on:
        raise InvalidInput(_("The letter would end before it begins."))
    letter, _is_new = TaxStatement.objects.get_or_create(
        shop_id=shop_id, given_on_date=given_on, valid_until_date=until
    )
    return letter
