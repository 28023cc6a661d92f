"""Checks of settings that can be wrong: what production must not forget, and the demo must not reach."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution


@register(Tags.security, deploy=True)
def secrets_are_set(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Keys come from the environment; without them nothing that is signed can be trusted."""
    faults: list[CheckMessage] = []
    if any(len(key) != 64 for key in settings.TICKET_SIGNING_KEY.split(",")):
        faults.append(
            Error(
                "TICKET_SIGNING_KEY is not 32 bytes in hex.",
                hint="Make one with: openssl rand -hex 32",
                id="lapau.E001",
            )
        )
    if not settings.MERCHANT_KEYS:
        faults.append(Error("MERCHANT_KEYS is empty: nobody can pay.", hint="See deploy/env.example.", id="lapau.E002"))
    return faults


@register("lapau", deploy=True)
def keys_fit_the_environment(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Midtrans' sandbox keys begin with "SB-"; one environment's keys at the other's address are refused at every payment."""
    faults: list[CheckMessage] = []
    sandbox = "sandbox" in settings.MIDTRANS_CORE_URL or settings.DEMO
    for code, keys in settings.MERCHANT_KEYS.items():
        if set(keys) != {"merchant_id", "server_key", "client_key"} or any(
            key != key.strip() or not key for key in keys.values()
        ):
            faults.append(
                Error(
                    f"MERCHANT_KEYS[{code!r}] needs merchant_id, server_key and client_key, without spaces.",
                    id="lapau.E003",
                )
            )
        elif keys["server_key"].startswith("SB-") is not sandbox:
            faults.append(Error(f"The keys of {code!r} are for the other Midtrans environment.", id="lapau.E004"))
        elif "client" in keys["server_key"].lower():
            faults.append(Error(f"The server key of {code!r} looks like a client key.", id="lapau.E005"))
    return faults


@register("lapau", deploy=True)
def payout_keys_are_whole(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Midtrans Payouts needs three keys of an account, and takes a fourth; a misspelt one would show at the first payout."""
    needed, known = {"creator_key", "approver_key", "merchant_key"}, {"otp"}
    return [
        Error(
            f"IRIS_KEYS[{code!r}] needs creator_key, approver_key and merchant_key, and takes otp.",
            hint="Leave IRIS_KEYS empty to pay out by bank file alone.",
            id="lapau.E008",
        )
        for code, keys in settings.IRIS_KEYS.items()
        if set(keys) - known != needed or not all(keys[name].strip() for name in needed)
    ]


@register("lapau", deploy=True)
def parts_are_those_of_production(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Name every embedded part: a forgotten address must not go unnoticed."""
    embedded = {
        "DATABASE_URL": settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        "REDIS_URL": settings.CELERY_BROKER_URL.startswith("filesystem"),
        "ELASTICSEARCH_URL": not settings.SEARCH_URL,
        "S3_BUCKET": not settings.S3_BUCKET,
    }
    return [
        Caution(
            f"{name} is not set: the embedded part is in use.",
            hint="Right for a laptop, wrong for a province.",
            id=f"lapau.W00{number}",
        )
        for number, (name, is_embedded) in enumerate(embedded.items(), start=1)
        if is_embedded
    ]


@register("lapau")
def deadlines_are_long_enough(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E-wallets need a quarter of an hour to be paid, and Midtrans as long to tell of it."""
    shortest = timedelta(minutes=15)
    return [
        Error(f"{name} is below 15 minutes.", id=f"lapau.E00{number}")
        for number, name in enumerate(("PAYMENT_WINDOW", "PAYMENT_GRACE"), start=6)
        if getattr(settings, name) < shortest
    ]
