"""Checks of settings that can be wrong: what production must not forget, and the demo must not reach."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.utils import timezone

from foundation.clock import day_of


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


@register("lapau")
def contacts_are_kept_for_some_time(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each row of the rule names its first day and two numbers of days; one of them holds already."""
    try:
        rows = [
            (date.fromisoformat(row["from"]), int(row["paid_days"]), int(row["unpaid_days"]))
            for row in settings.CONTACT_KEPT
        ]
    except (KeyError, TypeError, ValueError):
        rows = []
    if not rows or min(rows)[0] > day_of(timezone.now()) or any(min(paid, unpaid) < 1 for _day, paid, unpaid in rows):
        hint = 'For instance [{"from": "2026-01-01", "paid_days": 1826, "unpaid_days": 90}].'
        return [Error("CONTACT_KEPT does not say how long contacts are kept.", hint=hint, id="lapau.E020")]
    return []


@register("lapau")
def keys_fit_the_environment(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Midtrans' sandbox keys begin with "SB-"; one environment's keys at the other's address are refused at every payment."""
    faults: list[CheckMessage] = []
    addresses = (settings.MIDTRANS_CORE_URL, settings.MIDTRANS_SNAP_URL)
    if len({"sandbox" in address for address in addresses}) > 1:
        faults.append(
            Error("MIDTRANS_CORE_URL and MIDTRANS_SNAP_URL belong to different Midtrans environments.", id="lapau.E008")
        )
    if not settings.DEMO and not all(address.startswith("https://") for address in addresses):
        faults.append(Error("Midtrans is only spoken to by https.", id="lapau.E009"))
    sandbox = "sandbox" in settings.MIDTRANS_CORE_URL or settings.DEMO
    for code, keys in settings.MERCHANT_KEYS.items():
        if set(keys) != {"merchant_id", "server_key", "client_key"} or any(
            not key or any(letter.isspace() for letter in key) for key in keys.values()
        ):
            faults.append(
                Error(
                    f"MERCHANT_KEYS[{code!r}] needs merchant_id, server_key and client_key, without spaces.",
                    id="lapau.E003",
                )
            )
            continue
        if "client" in keys["server_key"].lower() or "server" in keys["client_key"].lower():
            faults.append(Error(f"The server key and the client key of {code!r} are mixed up.", id="lapau.E005"))
        is_sandbox_key = keys["server_key"].startswith("SB-")
        if is_sandbox_key and not sandbox:
            faults.append(
                Error(f"The keys of {code!r} are for Midtrans' sandbox, the address is not.", id="lapau.E004")
            )
        elif sandbox and not is_sandbox_key:
            # Some newer sandbox accounts are said to have keys without it.
            faults.append(
                Caution(
                    f"The keys of {code!r} do not begin with SB-: are they the sandbox's?",
                    hint="A production key must never be used at the sandbox.",
                    id="lapau.W010",
                )
            )
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
        "REDIS_URL": settings.CELERY_BROKER_URL.startswith("folders"),
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
