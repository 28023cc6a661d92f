"""Whether people can read a brand's colours, by the contrast formula of WCAG 2."""

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

TEXT, CONTROL = 4.5, 3.0
HEX = re.compile(r"^#[0-9a-f]{6}$")

# What stands on what, and how much they must differ at least.
PAIRS = (
    ("ink", "paper", TEXT),
    ("ink", "sheet", TEXT),
    ("brand", "paper", TEXT),
    ("brand", "sheet", TEXT),
    ("brand_strong", "paper", TEXT),
    ("on_brand", "brand", TEXT),
    ("accent", "paper", CONTROL),
)


def luminance(colour: str) -> float:
    """How light a colour (#rrggbb) is, from 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faults(brand: Any) -> dict[str, list[str | Promise]]:
    """What is hard to read, by the field that should change."""
    found: dict[str, list[str | Promise]] = {}
    for front, ground, least in PAIRS:
        for theme in ("light", "dark"):
            colours = getattr(brand, f"{front}_{theme}"), getattr(brand, f"{ground}_{theme}")
            if not all(HEX.match(colour or "") for colour in colours):
                continue  # the field's own validator says so
            has = contrast(*colours)
            if has < least:
                sentence = format_lazy(
                    _("Too little contrast with “{ground}”: {has} instead of at least {least}."),
                    ground=brand._meta.get_field(f"{ground}_{theme}").verbose_name,
                    has=f"{has:.1f}",
                    least=f"{least:.1f}",
                )
                found.setdefault(f"{front}_{theme}", []).append(sentence)
    return found
