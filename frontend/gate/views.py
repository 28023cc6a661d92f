"""The gate's pages: the scanning screen, its list for the day, scans with and without signal, the day's report."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.clock import day_of
from foundation.errors import DomainError, InvalidInput
from foundation.limits import TooMany, spend
from frontend.gate.results import count_words, left_of, moment_of, offline_words, result_of, signs
from marketplace.tickets import queries, services
from marketplace.tickets.models import REFUSED, Device, Gate, Verdict

# A device that was away for longer than this has scans nobody waits for any more.
LONGEST_OFFLINE = timedelta(days=7)
MOST_SCANS = 500
MOST_BYTES = 256 * 1024
DEVICE_COOKIE = "gate_device"


def at_own_gate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the gate among those at which this person may stand; a stranger's gate is not found."""

    @wraps(view)
    def wrapped(request: HttpRequest, gate_id: int, **rest: int) -> HttpResponse:
        gate = get_object_or_404(
            Gate.objects.staffed_by(request.user.pk).select_related("shop__region").distinct(), pk=gate_id
        )
        return view(request, gate, **rest)

    return login_required(never_cache(wrapped))


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where to stand; somebody with one gate is taken to it."""
    gates = queries.gates_of(int(request.user.pk or 0))
    if len(gates) == 1:
        return redirect("gate:scan", gates[0].id)
    return render(request, "gate/home.html", {"gates": gates, "nav_current": "account"})


@require_safe
@at_own_gate
def scan(request: HttpRequest, gate: Gate) -> HttpResponse:
    """The scanning screen. The camera needs a script; a typed code does not."""
    return remember_device(request, render(request, "gate/scan.html", screen(gate)))


@require_POST
@at_own_gate
def check(request: HttpRequest, gate: Gate) -> HttpResponse:
    """Judge one scan: a page for who has no script, plain values for the script."""
    now = timezone.now()
    try:
        spend("gate", f"{gate.pk}:{request.user.pk}", most=240, within=timedelta(minutes=1))
    except TooMany as refusal:
        return HttpResponse(refusal.sentence, status=refusal.status, content_type="text/plain; charset=utf-8")
    redemption = services.redeem(
        gate=gate,
        scanned=_text(request.POST.get("code", ""))[:300],
        by_id=int(request.user.pk or 0),
        nonce=_text(request.POST.get("nonce", "")) or uuid4().hex,
        device=device_of(request, gate, now=now),
        scanned_at=now,
        now=now,
    )
    result = result_of(redemption, queries.gate_count(gate, day_of(now)))
    status = signs()[redemption.verdict].status
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(result.as_json(), status=status)
    return render(request, "gate/scan.html", screen(gate) | {"result": result}, status=status)


@require_safe
@at_own_gate
def day_list(request: HttpRequest, gate: Gate) -> HttpResponse:
    """All that the phone needs to judge today's tickets without signal."""
    now = timezone.now()
    device_of(request, gate, now=now)
    return JsonResponse(queries.day_list(gate, day_of(now), now=now).as_json())


def from_a_phone(take: Callable[[HttpRequest, Gate, Device, datetime], dict[str, Any]]) -> Callable[..., HttpResponse]:
    """Let a view take over what one of the gate's phones kept without signal; a refusal is answered as values too."""

    @require_POST
    @at_own_gate
    @wraps(take)
    def upload(request: HttpRequest, gate: Gate) -> HttpResponse:
        now = timezone.now()
        device = device_of(request, gate, now=now)
        if device is None:
            sentence = _("This phone is not known. Open the gate's page once with signal.")
            return JsonResponse({"error": sentence}, status=409)
        try:
            return JsonResponse(take(request, gate, device, now))
        except DomainError as refusal:
            return JsonResponse({"error": refusal.sentence}, status=refusal.status)

    return upload


@from_a_phone
def upload(request: HttpRequest, gate: Gate, device: Device, now: datetime) -> dict[str, Any]:
    """Take over what the phone decided without signal. A repeat records nothing twice."""
    scans = read_scans(request, now=now)
    recorded = services.upload_scans(gate=gate, device=device, by_id=int(request.user.pk or 0), scans=scans, now=now)
    count = queries.gate_count(gate, day_of(now))
    return {"recorded": {one.nonce: one.verdict for one in recorded}, "count": count_words(count)}


@require_safe
@at_own_gate
def report(request: HttpRequest, gate: Gate) -> HttpResponse:
    """Today's scans, and who was admitted twice."""
    today = day_of(timezone.now())
    count = queries.gate_count(gate, today)
    context = {
        "gate": gate,
        "region": gate.shop.region,
        "today": today,
        "count": count,
        "left": left_of(count),
        "doubles": queries.doubles(gate, today),
        "scans": queries.recent_scans(gate, today, limit=100),
        "nav_current": "account",
    }
    return render(request, "gate/report.html", context)


def screen(gate: Gate) -> dict[str, Any]:
    """What the scanning screen shows."""
    count = queries.gate_count(gate, day_of(timezone.now()))
    return {
        "gate": gate,
        "region": gate.shop.region,
        "count": count_words(count),
        "words": json.dumps(offline_words(), ensure_ascii=False),
        "icons": sorted({sign.icon for sign in signs().values()}),
    }


def remember_device(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the phone a key of its own, which only gate pages see."""
    if DEVICE_COOKIE not in request.COOKIES:
        response.set_cookie(
            DEVICE_COOKIE,
            uuid4().hex,
            max_age=timedelta(days=365),
            path="/gerbang/",
            httponly=True,
            samesite="Strict",
            secure=request.is_secure(),
        )
    return response


def device_of(request: HttpRequest, gate: Gate, *, now: datetime) -> Device | None:
    """The phone that asks, if it was here before."""
    key = request.COOKIES.get(DEVICE_COOKIE, "")
    if not key.isalnum():
        return None
    return services.register_device(gate=gate, key=key, user_id=int(request.user.pk or 0), now=now)


def read_scans(request: HttpRequest, *, now: datetime) -> Sequence[services.OfflineScan]:
    """The scans of an upload: ``[{"nonce", "scanned", "at", "refused"}]``, ``at`` in seconds since 1970.

    ``refused`` is the verdict by which the phone turned somebody away; without it somebody was let in.

    :raises InvalidInput: it is no such list, or too long.
    """
    broken = InvalidInput(_("What the phone sent cannot be read."))
    if len(request.body) > MOST_BYTES:
        raise broken
    try:
        rows = json.loads(request.body)["scans"]
        scans = [
            services.OfflineScan(
                nonce=_text(row["nonce"]),
                scanned=_text(row["scanned"])[:300],
                scanned_at=moment_of(float(row["at"]), now=now),
                refused=Verdict(row["refused"]) if row.get("refused") else None,
            )
            for row in rows
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise broken from error
    too_old = now - LONGEST_OFFLINE
    if len(scans) > MOST_SCANS or any(
        not one.nonce or one.scanned_at < too_old or one.refused not in {None, *REFUSED} for one in scans
    ):
        raise broken
    return scans


def _text(value: object) -> str:
    """What a phone sent as a text that a database takes: without zero bytes and halves of characters."""
    return str(value).replace("\x00", "").encode(errors="ignore").decode()
