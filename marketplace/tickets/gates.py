"""Setting up gates."""

from collections.abc import Collection

from django.db import transaction

from marketplace.tickets.models import Gate


@transaction.atomic
def set_up_gate(*, shop_id: int, name: str, listing_ids: Collection[int] = ()) -> Gate:
    """A gate of a shop that admits these listings, or all of the shop's; the same name again changes what it admits."""
    gate, _made = Gate.objects.get_or_create(shop_id=shop_id, name=name)
    gate.listings.set(listing_ids)
    return gate
