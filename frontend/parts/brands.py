"""The regions' brands as one stylesheet: each overrides tokens, nothing else, and only inside its ``data-region``."""

import hashlib
import re
from collections.abc import Iterable
from typing import Protocol

from django.core.cache import cache

from cms.branding.models import Brand

COLOURS = ("paper", "sheet", "ink", "brand", "brand_strong", "on_brand", "accent")
HEX = re.compile(r"#[0-9a-f]{6}")
NAME = re.compile(r"[a-z][a-z0-9-]*")
CACHE_KEY, CACHE_SECONDS = "parts.brands", 60


class BrandValues(Protocol):
    """What a brand must have, beside each colour as ``<token>_light`` and ``<token>_dark``."""

    radius: int
    motif: str
    edge: str

    @property
    def slug(self) -> str: ...


def rule(brand: BrandValues) -> str:
    """The tokens of one brand; the province's own has no slug and is the page's.

    What is no colour, number or name is left out: nothing else can reach the page.
    """
    tokens = []
    for colour in COLOURS:
        light, dark = (getattr(brand, f"{colour}_{theme}", "") for theme in ("light", "dark"))
        if HEX.fullmatch(light) and HEX.fullmatch(dark):
            tokens.append(f"--{colour.replace('_', '-')}:light-dark({light},{dark})")
    tokens.append(f"--radius:{int(brand.radius)}px")
    if NAME.fullmatch(brand.motif):
        tokens.append(f"--motif:var(--motif-{brand.motif})")
    if NAME.fullmatch(brand.edge):
        tokens += [f"--edge:var(--edge-{brand.edge})", f"--mark:var(--mark-{brand.edge})"]
    selector = f'[data-region="{brand.slug}"]' if brand.slug else ":root"
    return f"{selector}{{{';'.join(tokens)}}}"


def stylesheet(found: Iterable[BrandValues]) -> str:
    """All brands in the layer of the tokens, so that every part follows; the province's comes first, so others win."""
    usable = (brand for brand in found if not brand.slug or NAME.fullmatch(brand.slug))
    rules = "".join(rule(brand) for brand in sorted(usable, key=lambda brand: brand.slug))
    return f"@layer tokens{{{rules}}}\n"


def current() -> tuple[str, str]:
    """The version of the stylesheet as it is now, and its text; looked up once a minute."""
    kept: tuple[str, str] | None = cache.get(CACHE_KEY)
    if kept is None:
        text = stylesheet(Brand.objects.select_related("region").defer("region__boundary"))
        kept = hashlib.sha256(text.encode()).hexdigest()[:10], text
        cache.set(CACHE_KEY, kept, CACHE_SECONDS)
    return kept


def version() -> str:
    """Changes when any brand does."""
    return current()[0]
