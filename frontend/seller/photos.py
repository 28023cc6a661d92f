"""Photos that were uploaded already, kept in the form as signed names until the product is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files import File
from django.http import HttpRequest

from foundation import links
from marketplace.catalog.models import ListingPicture, Picture
from marketplace.catalog.pictures import PictureRefused
from marketplace.catalog.queries import PictureView, picture_view
from marketplace.catalog.services import PictureChoice, add_picture

MOST_PHOTOS = 8
_PURPOSE = "listing-photo"
_KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True)
class KeptPhoto:
    """A photo in the form: its signed name, and how it looks."""

    token: str
    picture_id: int
    picture: PictureView


def take(request: HttpRequest, *, is_sample: bool, now: datetime) -> tuple[list[int], dict[str, str]]:
    """The photos of a sent form in their order, those that came with it included; and what is wrong by field."""
    keys = [key for token in request.POST.getlist("kept") if (key := key_of(request, token)) is not None]
    dropped = {key_of(request, token) for token in request.POST.getlist("drop")}
    keys = [key for key in keys if key not in dropped]
    errors: dict[str, str] = {}
    for field in ("photo", "gallery"):
        for upload in request.FILES.getlist(field):
            try:
                keys.append(keep(upload, is_sample=is_sample, now=now))
            except PictureRefused as refusal:
                errors[field] = refusal.sentence
    return list(dict.fromkeys(keys))[:MOST_PHOTOS], errors


def keep(upload: "File[bytes]", *, is_sample: bool, now: datetime) -> int:
    """Store a photo; returns its key.

    :raises PictureRefused: it is none.
    """
    return add_picture(upload=upload, is_sample=is_sample, now=now).pk


def key_of(request: HttpRequest, token: str) -> int | None:
    """The picture's key, if this account was given the token."""
    try:
        owner, _, key = links.read(_PURPOSE, token, valid_for=_KEPT_FOR).partition(":")
    except links.LinkRefused:
        return None
    return int(key) if owner == str(request.user.pk) else None


def kept(request: HttpRequest, keys: Sequence[int]) -> list[KeptPhoto]:
    """The photos as the form shows them; one query."""
    pictures = Picture.objects.in_bulk(list(keys))
    return [
        KeptPhoto(links.sign(_PURPOSE, f"{request.user.pk}:{key}"), key, picture_view(pictures[key]))
        for key in keys
        if key in pictures
    ]


def of_listing(listing_id: int) -> list[int]:
    """Keys of a listing's photos in their order; one query."""
    rows = ListingPicture.objects.filter(listing_id=listing_id).order_by("position")
    return list(rows.values_list("picture_id", flat=True))


def choices(listing_id: int | None, keys: Sequence[int], *, title_id: str, title_en: str) -> list[PictureChoice]:
    """The photos as the catalog takes them. Words that are there stay; until there are any, the name says what they show."""
    rows = ListingPicture.objects.filter(listing_id=listing_id) if listing_id else ()
    words = {row.picture_id: (row.alt_id, row.alt_en) for row in rows}
    found = []
    for key in keys:
        alt_id, alt_en = words.get(key, ("", ""))
        found.append(PictureChoice(picture_id=key, alt_id=alt_id or title_id, alt_en=alt_en or title_en))
    return found
