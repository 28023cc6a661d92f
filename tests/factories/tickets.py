"""Gates, devices, and tickets with a genuine token."""

from factory import LazyFunction, SelfAttribute, Sequence, SubFactory, post_generation
from factory.django import DjangoModelFactory

from foundation.codes import random_code
from marketplace.tickets import tokens
from marketplace.tickets.models import Device, Gate, Ticket
from tests.factories.accounts import UserFactory
from tests.factories.catalog import AdmissionVariantFactory
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW, OrderLineFactory
from tests.factories.shops import ShopFactory


class TicketFactory(DjangoModelFactory):
    """An adult's ticket for Sunday 29 November 2026, 09.00 to 12.00 WIB."""

    class Meta:
        model = Ticket
        skip_postgeneration_save = True

    slot = SubFactory(SlotFactory)
    listing = SelfAttribute("slot.listing")
    line = SubFactory(
        OrderLineFactory,
        variant=SubFactory(AdmissionVariantFactory, listing=SelfAttribute("...slot.listing")),
        slot=SelfAttribute("..slot"),
        shop_order__shop=SelfAttribute("...slot.listing.shop"),
        shop_order__shipping_method="",
        shop_order__status="RECEIVED",
        shop_order__order__status="PAID",
    )
    number = 1
    code = LazyFunction(lambda: random_code(8))
    issued_at = NOW

    @post_generation
    def signed(self, create, extracted, **kwargs):
        if extracted is False:
            return
        slot = self.slot
        payload = tokens.Payload(self.pk, self.code, self.listing_id, slot.starts_at, slot.ends_at, self.admits)
        self.token = tokens.make(payload)
        self.save(update_fields=["token"])


class GateFactory(DjangoModelFactory):
    class Meta:
        model = Gate

    shop = SubFactory(ShopFactory)
    name = "Pintu utama"


class DeviceFactory(DjangoModelFactory):
    class Meta:
        model = Device

    gate = SubFactory(GateFactory)
    key = Sequence(lambda number: f"telepon-{number}")
    user = SubFactory(UserFactory)
    seen_at = NOW
