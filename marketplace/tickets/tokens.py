"""What a ticket's QR holds: a few bytes and an Ed25519 signature, so that a gate can judge it without signal.

The text is RFC 4648 base32 in capitals without padding (QR codes keep capitals and digits in 5.5 bits a letter), 152
letters of it, behind the three letters ``LT1``, 155 in all. Decoded it is 95 bytes, numbers big-endian and unsigned:

====== ===== =========================================================================
offset bytes what
====== ===== =========================================================================
0      1     version, 1
1      1     number of the signing key
2      8     ticket's key
10     8     ticket's code, ASCII
18     4     listing's key
22     4     slot begins, seconds since 1970 in UTC
26     4     slot ends, the same
30     1     how often it admits
31     64    Ed25519 signature over ``LT1`` (3 bytes, ASCII) and bytes 0 to 30
====== ===== =========================================================================

A browser checks it with ``crypto.subtle.verify("Ed25519", key, signature, data)``; the public key is raw, 32 bytes. What a
token cannot say (void, used) is on the device's list of the day.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PREFIX = "LT1"
VERSION = 1
_LAYOUT = struct.Struct(">BBQ8sIIIB")
_SIGNATURE_BYTES = 64
_LETTERS = 152


@dataclass(frozen=True)
class Payload:
    """What a token says."""

    ticket_id: int
    code: str
    listing_id: int
    starts_at: datetime
    ends_at: datetime
    admits: int


def make(payload: Payload) -> str:
    """The signed token of a ticket; the same payload gives the same token."""
    number = max(_keys())
    body = _LAYOUT.pack(
        VERSION,
        number,
        payload.ticket_id,
        payload.code.encode("ascii"),
        payload.listing_id,
        int(payload.starts_at.timestamp()),
        int(payload.ends_at.timestamp()),
        min(payload.admits, 255),
    )
    signature = _keys()[number].sign(PREFIX.encode() + body)
    return PREFIX + base64.b32encode(body + signature).decode().rstrip("=")


def read(token: str) -> Payload | None:
    """What a token says; None if it is none, or not signed by a key of ours."""
    text = token.strip().upper()
    if not text.startswith(PREFIX) or len(text) != len(PREFIX) + _LETTERS:
        return None
    try:
        raw = base64.b32decode(text.removeprefix(PREFIX))
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    version, number, ticket_id, code, listing_id, starts, ends, admits = _LAYOUT.unpack(body)
    key = _keys().get(number)
    if version != VERSION or key is None:
        return None
    try:
        key.public_key().verify(signature, PREFIX.encode() + body)
    except InvalidSignature:
        return None
    return Payload(
        ticket_id=ticket_id,
        code=code.decode("ascii"),
        listing_id=listing_id,
        starts_at=datetime.fromtimestamp(starts, UTC),
        ends_at=datetime.fromtimestamp(ends, UTC),
        admits=admits,
    )


def public_keys() -> dict[int, str]:
    """The public keys that gates trust, by number: 32 raw bytes in base64url without padding."""
    return {number: _text(key.public_key()) for number, key in _keys().items()}


def _text(key: Ed25519PublicKey) -> str:
    return base64.urlsafe_b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode().rstrip("=")


def _keys() -> dict[int, Ed25519PrivateKey]:
    return _read_keys(settings.TICKET_SIGNING_KEY)


@cache
def _read_keys(text: str) -> dict[int, Ed25519PrivateKey]:
    """Seeds in hex, oldest first, with commas between; the newest signs, all are trusted."""
    try:
        seeds = [bytes.fromhex(seed) for seed in text.split(",")]
        return {number: Ed25519PrivateKey.from_private_bytes(seed) for number, seed in enumerate(seeds, start=1)}
    except ValueError as broken:
        raise ImproperlyConfigured("TICKET_SIGNING_KEY is 32 bytes in hex, or several with commas between.") from broken
