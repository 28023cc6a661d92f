"""Bank accounts that were checked, and rates with their days; settlements come about by closing periods."""

from datetime import date

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.payouts.models import (
    FeeSchedule,
    GatewayFeeRate,
    LevyRate,
    SettlementPolicy,
    ShareRule,
    TreasuryRule,
    WithholdingRate,
)
from marketplace.shops.models import BankAccount, BankAccountStatus, Party, PartyKind
from tests.factories.orders import NOW
from tests.factories.regions import RegencyFactory
from tests.factories.shops import ShopFactory

JANUARY = date(2026, 1, 1)


class BankAccountFactory(DjangoModelFactory):
    class Meta:
        model = BankAccount

    shop = SubFactory(ShopFactory)
    bank = "nagari"
    number = Sequence(lambda number: f"21000{number:05d}2")
    holder = "Pemilik Contoh"
    status = BankAccountStatus.VALID
    given_at = NOW


class PartyFactory(DjangoModelFactory):
    class Meta:
        model = Party

    shop = SubFactory(ShopFactory)
    kind = PartyKind.NAGARI
    name = Sequence(lambda number: f"Nagari Contoh {number}")


class FeeScheduleFactory(DjangoModelFactory):
    class Meta:
        model = FeeSchedule

    rate = 250
    announced_from_date = JANUARY
    valid_from_date = JANUARY


class LevyRateFactory(DjangoModelFactory):
    class Meta:
        model = LevyRate

    levy = "PBJT"
    charge_kind = "PRIVATE_PRICE"
    rate = 1000
    valid_from_date = JANUARY


class ShareRuleFactory(DjangoModelFactory):
    class Meta:
        model = ShareRule

    party = SubFactory(PartyFactory)
    rate = 1000
    valid_from_date = JANUARY


class GatewayFeeRateFactory(DjangoModelFactory):
    class Meta:
        model = GatewayFeeRate

    method = "QRIS"
    rate = 70
    valid_from_date = JANUARY


class SettlementPolicyFactory(DjangoModelFactory):
    class Meta:
        model = SettlementPolicy

    valid_from_date = JANUARY


class WithholdingRateFactory(DjangoModelFactory):
    class Meta:
        model = WithholdingRate

    rate = 50
    legal_basis = "PMK 37/2025"
    valid_from_date = JANUARY


class TreasuryRuleFactory(DjangoModelFactory):
    class Meta:
        model = TreasuryRule

    region = SubFactory(RegencyFactory)
    account_code = "4.1.02.02.01"
    series = "BKT-A"
    valid_from_date = JANUARY
