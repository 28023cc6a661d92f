"""What a query says about money and days: "di bawah 50 ribu", "antara 100rb dan 200rb", "besok". Taken out of its words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_AMOUNT = r"(?:rp\.?\s*)?(\d[\d.,]*)\s*(ribu|rb|k|juta|jt|thousand|million|m)?\b"
_BETWEEN = re.compile(rf"\b(antara|between|dari|from)?\s*{_AMOUNT}\s*(-|–|sampai|hingga|s/d|sd|to|dan|and)\s*{_AMOUNT}")
_AT_MOST = re.compile(
    rf"(?:\b(?:harga(?:nya)?\s+)?(?:di\s?bawah|kurang\s+dari|maksimal|maksimum|maks|max|paling\s+mahal|tidak\s+lebih\s+dari|under|below|less\s+than|up\s+to|at\s+most)|<=?)\s*{_AMOUNT}"
)
_AT_LEAST = re.compile(
    rf"(?:\b(?:harga(?:nya)?\s+)?(?:di\s?atas|lebih\s+dari|minimal|minimum|min|paling\s+murah|above|over|more\s+than|at\s+least)|>=?)\s*{_AMOUNT}"
)
_UNITS = {
    "ribu": 1_000,
    "rb": 1_000,
    "k": 1_000,
    "thousand": 1_000,
    "juta": 10**6,
    "jt": 10**6,
    "million": 10**6,
    "m": 10**6,
}
# Less is a size or a number of pieces, not a price in rupiah; more is nobody's price.
_LEAST_PRICE, _MOST_PRICE = 1_000, 10**11

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin monday",
            "selasa tuesday",
            "rabu wednesday",
            "kamis thursday",
            "jumat friday",
            "sabtu saturday",
            "minggu sunday",
        )
    )
    for name in names.split()
}
_NEAR_DAYS = {"hari ini": 0, "today": 0, "malam ini": 0, "tonight": 0, "besok": 1, "tomorrow": 1, "lusa": 2}
_NEAR_DAY = re.compile(rf"\b({'|'.join(_NEAR_DAYS)})\b")
_WEEKDAY = re.compile(
    rf"\b(?:(?:hari|on|this|next)\s+({'|'.join(_WEEKDAYS)})(?:\s+(?:ini|depan))?|({'|'.join(_WEEKDAYS)})\s+(?:ini|depan))\b"
)
_WEEKEND = re.compile(r"\b(?:akhir pekan(?: ini)?|(?:this |at the )?weekend)\b")


@dataclass(frozen=True)
class Wishes:
    """What was said beside the words: the least and the highest price in rupiah, and a day."""

    price_min: int | None = None
    price_max: int | None = None
    day: date | None = None


NOTHING = Wishes()


def taken_out(text: str, *, today: date | None = None) -> tuple[str, Wishes]:
    """The text without what it says about money and days, and what that is. Days are only read if ``today`` is known."""
    text = text.casefold()
    text, price_min, price_max = _prices(text)
    day: date | None = None
    if today is not None:
        text, day = _day(text, today)
    return text, Wishes(price_min, price_max, day)


def _prices(text: str) -> tuple[str, int | None, int | None]:
    price_min = price_max = None
    if between := _BETWEEN.search(text):
        word, low, low_unit, link, high, high_unit = between.groups()
        least, most = _rupiah(low, low_unit or high_unit), _rupiah(high, high_unit)
        is_said = bool(low_unit or high_unit or word or "rp" in between.group())
        if is_said and least is not None and most is not None and least < most and (word or link not in ("dan", "and")):
            return _without(text, between), least, most
    if found := _AT_MOST.search(text):
        price_max = _rupiah(*found.groups())
        text = _without(text, found) if price_max is not None else text
    if found := _AT_LEAST.search(text):
        price_min = _rupiah(*found.groups())
        text = _without(text, found) if price_min is not None else text
    return text, price_min, price_max


def _rupiah(number: str, unit: str | None) -> int | None:
    """An amount in rupiah; none if it can be no price."""
    plain = number.rstrip(".,")
    if unit and re.fullmatch(r"\d+[.,]\d{1,2}", plain):
        amount = float(plain.replace(",", ".")) * _UNITS[unit]
    else:
        digits = re.sub(r"\D", "", plain)
        amount = int(digits[:12]) * (_UNITS[unit] if unit else 1)
    return int(amount) if _LEAST_PRICE <= amount <= _MOST_PRICE else None


def _day(text: str, today: date) -> tuple[str, date | None]:
    rules: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date]], ...] = (
        (_NEAR_DAY, lambda found: today + timedelta(days=_NEAR_DAYS[found[1]])),
        (_WEEKDAY, lambda found: _next(today, _WEEKDAYS[found[1] or found[2]])),
        (_WEEKEND, lambda _: today if today.weekday() == 6 else _next(today, 5)),
    )
    for pattern, day_of in rules:
        if (found := pattern.search(text)) and _without(text, found).strip():
            return _without(text, found), day_of(found)
    return text, None


def _next(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
