"""Midtrans as a merchant account sees it: the account's keys, and the addresses of the settings."""

from django.conf import settings

from marketplace.payments.gateway import READ_SECONDS, Credentials, Endpoints, Gateway
from marketplace.shops.models import MerchantAccount


def gateway_of(account: MerchantAccount, *, read_seconds: float = READ_SECONDS) -> Gateway:
    """The gateway that speaks for a merchant account.

    :raises ImproperlyConfigured: no keys are set for this account.
    """
    keys = account.keys()
    return Gateway(
        Credentials(merchant_id=keys.merchant_id, server_key=keys.server_key, client_key=keys.client_key),
        Endpoints(core=settings.MIDTRANS_CORE_URL, snap=settings.MIDTRANS_SNAP_URL),
        read_seconds=read_seconds,
    )
