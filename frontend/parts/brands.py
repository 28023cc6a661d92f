"""The regions' brands as one stylesheet: each overrides tokens, nothing else, and only inside its ``data-region``."""

import hashlib
import re
from collections.abc import Iterable
from typing import Protocol

from django.apps import apps
from django.core.cache import cache

COLOURS = ("paper", "sheet", "ink", "brand", "brand_strong", "on_brand", "accent")
HEX = re.compile(r"#[0-9a-fA-F]{6}")
NAME = re.compile(r"[a-z][a-z0-9-]*")
CACHE_KEY, CACHE_SECONDS = "parts.brands", 60


class Brand(Protocol):
    """The values of a region's brand: each colour as ``<token>_light`` and ``<token>_dark``."""

    slug: str
    radius: int
    motif: str
    edge: str


def rule(brand: Brand) -> str:
    """The tokens of one brand. What is no colour, number or known name is left out: nothing else reaches the page."""
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
    return f'[data-region="{brand.slug}"]{{{";".join(tokens)}}}'


def stylesheet(found: Iterable[Brand]) -> str:
    """All brands, in the layer of the tokens, so that every part follows."""
    rules = "".join(rule(brand) for brand in found if NAME.fullmatch(brand.slug))
    return f"@layer tokens{{{rules}}}\n"


def current() -> tuple[str, str]:
    """The stylesheet as it is now, and its version; looked up once a minute."""
    kept: tuple[str, str] | None = cache.get(CACHE_KEY)
    if kept is None:
        model = apps.get_model("branding", "Brand") if apps.is_installed("cms.branding") else None
        text = stylesheet(model._default_manager.select_related("region").order_by("pk") if model else ())
        kept = hashlib.sha256(text.encode()).hexdigest()[:10], text
        cache.set(CACHE_KEY, kept, CACHE_SECONDS)
    return kept


def version() -> str:
    """Changes when any brand does."""
    return current()[0]
