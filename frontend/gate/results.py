"""What a gate's screen says of a scan: one word, one colour, one reason."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.clock import day_words, time_words
from marketplace.tickets.models import Redemption, Verdict
from marketplace.tickets.queries import GateCount, scan_view


@dataclass(frozen=True)
class Sign:
    """How a verdict looks and what it means; ``status`` is the HTTP status it is answered with."""

    tone: str
    icon: str
    word: str
    reason: str
    status: int


@dataclass(frozen=True)
class Result:
    """One screen: the sign, who it is about, and how the day goes."""

    verdict: str
    tone: str
    icon: str
    word: str
    reason: str
    who: str
    count: str

    def as_json(self) -> dict[str, str]:
        """Plain values for the gate's script."""
        return asdict(self)


def signs() -> Mapping[str, Sign]:
    """The sign of each verdict, in the language of the page."""
    return {
        Verdict.ADMITTED: Sign("ok", "check", _("Welcome in"), _("The ticket is valid."), 200),
        Verdict.DOUBLE: Sign(
            "warn", "triangle-alert", _("Admitted twice"), _("This ticket was used before. It is in the report."), 409
        ),
        Verdict.ALREADY_USED: Sign("stop", "x", _("Already used"), _("This ticket was used before."), 409),
        Verdict.WRONG_DAY: Sign("warn", "calendar", _("Another day"), _("The ticket is for another day."), 409),
        Verdict.WRONG_SLOT: Sign("warn", "clock", _("Time is over"), _("The ticket was for an earlier hour."), 409),
        Verdict.WRONG_GATE: Sign("stop", "map-pin", _("Another place"), _("The ticket is for another place."), 409),
        Verdict.VOID: Sign("stop", "ban", _("Not valid"), _("The ticket was cancelled and the money went back."), 409),
        Verdict.PROVISIONAL: Sign(
            "warn",
            "hourglass",
            _("Not paid yet"),
            _("The payment is still being confirmed. Try again in some minutes."),
            409,
        ),
        Verdict.UNKNOWN: Sign(
            "stop", "circle-help", _("Not known"), _("No ticket has this code. Type it again, letter by letter."), 404
        ),
    }


def result_of(redemption: Redemption, count: GateCount) -> Result:
    """The screen for a scan that was judged."""
    sign = signs()[redemption.verdict]
    view = scan_view(redemption)
    return Result(
        verdict=redemption.verdict,
        tone=sign.tone,
        icon=sign.icon,
        word=sign.word,
        reason=reason_of(redemption, sign),
        who=", ".join(part for part in (view.variant, view.first_name) if part),
        count=count_words(count),
    )


def reason_of(redemption: Redemption, sign: Sign) -> str:
    """Why, with the hour or day that matters."""
    language, ticket = get_language() or "id", redemption.ticket
    if ticket is None:
        return sign.reason
    if redemption.verdict == Verdict.ALREADY_USED:
        first = (
            Redemption.objects.filter(ticket=ticket, verdict=Verdict.ADMITTED)
            .select_related("gate")
            .order_by("scanned_at")
            .first()
        )
        if first is not None:
            return _("Came in at %(time)s through %(gate)s.") % {
                "time": time_words(first.scanned_at, language),
                "gate": first.gate.name,
            }
    if redemption.verdict == Verdict.WRONG_DAY:
        return _("The ticket is for %(day)s.") % {"day": day_words(ticket.slot.day, language)}
    if redemption.verdict == Verdict.WRONG_SLOT:
        return _("The ticket was valid until %(time)s.") % {"time": time_words(ticket.slot.ends_at, language)}
    return sign.reason


def left_of(count: GateCount) -> int:
    """How many are still expected."""
    return max(count.expected - count.admitted, 0)


def count_words(count: GateCount) -> str:
    """How many came in today, and how many are still expected."""
    return _("In today %(admitted)d, still expected %(left)d") % {
        "admitted": count.admitted,
        "left": left_of(count),
    }


def offline_words() -> dict[str, object]:
    """All that the script needs to say without signal."""
    return {
        "signs": {verdict: asdict(sign) for verdict, sign in signs().items()},
        "online": _("Online"),
        "offline": _("Offline"),
        "waiting": _("waiting to be sent"),
        "in_today": _("In today"),
        "expected": _("still expected"),
        "no_list": _("There is no list on this phone yet. Connect once before the day begins."),
        "no_camera": _("The camera cannot be used. Type the code below."),
        "aim": _("Aim at the QR code"),
    }


def moment_of(seconds: float, *, now: datetime) -> datetime:
    """A moment that a phone gave as seconds since 1970; nothing lies in the future."""
    return min(datetime.fromtimestamp(seconds, tz=now.tzinfo), now)
