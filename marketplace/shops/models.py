"""Shops: who sells, who may act for them, and whose merchant account takes the money."""

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.shops.banks import bank_name
from marketplace.shops.querysets import ShopQuerySet
from tourism.regions.models import Region


@dataclass(frozen=True)
class MerchantKeys:
    """Keys of one account at Midtrans; never stored in the database, never logged."""

    merchant_id: str
    server_key: str
    client_key: str

    def __repr__(self) -> str:
        return f"MerchantKeys({self.merchant_id})"


class MerchantAccount(models.Model):
    """An account at Midtrans: the operator's, or a region's treasury."""

    code = models.SlugField(_("code"), unique=True)
    legal_owner = models.CharField(_("legal owner"), max_length=200)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("treasury of")
    )
    agreement_number = models.CharField(_("agreement number"), max_length=100, blank=True)
    agreed_from_date = models.DateField(_("agreed from"), null=True, blank=True)
    agreed_until_date = models.DateField(_("agreed until"), null=True, blank=True)

    def __str__(self) -> str:
        return self.legal_owner

    def keys(self) -> MerchantKeys:
        """The account's keys from the settings; nothing else reads them from anywhere.

        :raises ImproperlyConfigured: no keys are set for this account.
        """
        try:
            return MerchantKeys(**settings.MERCHANT_KEYS[self.code])
        except KeyError as missing:
            raise ImproperlyConfigured(
                f"MERCHANT_KEYS has no keys for the merchant account {self.code!r}."
            ) from missing


class CollectionAgreement(models.Model):
    """A region's permission that its retribusi is collected in the mixed cart by an operator's account."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="agreements", verbose_name=_("merchant account")
    )
    number = models.CharField(_("agreement number"), max_length=100)
    valid_from_date = models.DateField(_("valid from"))
    valid_until_date = models.DateField(_("valid until"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until_date__gte=models.F("valid_from_date")), name="agreement_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.number


class ShopKind(models.TextChoices):
    UMKM = "UMKM", _("small business")
    OPERATOR = "OPERATOR", _("ticket operator")
    DINAS = "DINAS", _("government office")


class ShopStatus(models.TextChoices):
    DRAFT = "DRAFT", _("being set up")
    PENDING = "PENDING", _("waiting for approval")
    APPROVED = "APPROVED", _("open")
    SUSPENDED = "SUSPENDED", _("suspended")


class Shop(models.Model):
    """A seller: a small business, an operator, or a government office."""

    slug = models.SlugField(_("slug"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=ShopKind, default=ShopKind.UMKM)
    status = models.CharField(_("status"), max_length=10, choices=ShopStatus, default=ShopStatus.DRAFT)
    # The kabupaten/kota it belongs to, and the nagari or kelurahan it works in.
    region = models.ForeignKey(Region, models.PROTECT, related_name="shops", verbose_name=_("region"))
    village = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("nagari")
    )
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="shops", verbose_name=_("merchant account")
    )
    story_id = models.TextField(_("story, Indonesian"), blank=True)
    story_en = models.TextField(_("story, English"), blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    phone = models.CharField(_("phone number"), max_length=20, blank=True)
    nib = models.CharField(_("NIB"), max_length=20, blank=True)
    npwp = models.CharField(_("NPWP"), max_length=20, blank=True)
    is_sample = models.BooleanField(_("sample data"), default=False)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class MemberRole(models.TextChoices):
    OWNER = "OWNER", _("owner")
    STAFF = "STAFF", _("staff")
    GATE = "GATE", _("gate")


class Member(models.Model):
    """Somebody who acts for a shop."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="members", verbose_name=_("shop"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("account")
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.OWNER)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "user"], name="member_once_per_shop")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.shop_id}"


class PartyKind(models.TextChoices):
    NAGARI = "NAGARI", _("nagari")
    ADAT = "ADAT", _("adat owner")
    INSURER = "INSURER", _("insurer")


class Party(models.Model):
    """Somebody beside the shop who has a share in what it sells: the nagari, the owner by adat, the insurer."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="parties", verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=10, choices=PartyKind)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "name"], name="party_once_per_shop")]

    def __str__(self) -> str:
        return self.name


class BankAccountStatus(models.TextChoices):
    GIVEN = "GIVEN", _("being checked")
    VALID = "VALID", _("checked")
    # The bank knows it under another name: a person compares the two.
    DIFFERS = "DIFFERS", _("held by another name")
    REFUSED = "REFUSED", _("not known to the bank")
    REPLACED = "REPLACED", _("replaced")


class BankAccount(models.Model):
    """Where a shop's money goes, or a party's. Never changed: another account is another row."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="bank_accounts", verbose_name=_("shop"))
    # Set where it is not the shop's own.
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="bank_accounts", verbose_name=_("party")
    )
    # As Midtrans Payouts names banks: "bni", "bri", "nagari" (``shops.banks``).
    bank = models.CharField(_("bank"), max_length=20)
    number = models.CharField(_("account number"), max_length=30)
    holder = models.CharField(_("account holder"), max_length=120)
    status = models.CharField(_("status"), max_length=10, choices=BankAccountStatus, default=BankAccountStatus.GIVEN)
    # The holder's name as the bank gives it.
    known_as = models.CharField(_("held by, says the bank"), max_length=120, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"))
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    # Who compared the names, where a person did.
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop"],
                condition=Q(party__isnull=True) & ~Q(status="REPLACED"),
                name="one_bank_account_per_shop",
            ),
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(party__isnull=False) & ~Q(status="REPLACED"),
                name="one_bank_account_per_party",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} …{self.number[-4:]}"

    @property
    def bank_words(self) -> str:
        """The bank as people call it."""
        return bank_name(self.bank)

    @property
    def ending(self) -> str:
        """The last four digits: enough to recognise it by."""
        return self.number[-4:]


class TaxStatement(models.Model):
    """A shop's letter that its turnover stays below the threshold: nothing is withheld from it until then."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="tax_statements", verbose_name=_("shop"))
    given_on_date = models.DateField(_("given on"))
    valid_until_date = models.DateField(_("valid until"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until_date__gte=models.F("given_on_date")), name="tax_statement_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} until {self.valid_until_date}"
