import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.exceptions import ImproperlyConfigured

from marketplace.tickets import tokens

PAYLOAD = tokens.Payload(
    ticket_id=81,
    code="4KQ2M0ZT",
    listing_id=12,
    starts_at=datetime(2026, 11, 29, 2, tzinfo=UTC),
    ends_at=datetime(2026, 11, 29, 5, tzinfo=UTC),
    admits=1,
)


class TestToken:
    def test_says_what_it_was_made_of(self):
        token = tokens.make(PAYLOAD)
        assert len(token) == 155
        assert token == token.upper()
        assert tokens.read(token) == PAYLOAD
        assert tokens.read(f" {token.lower()}\n") == PAYLOAD
        assert tokens.make(PAYLOAD) == token

    def test_is_laid_out_as_written(self):
        """What a phone does without signal, byte by byte."""
        token = tokens.make(PAYLOAD)
        raw = base64.b32decode(token[3:])
        assert len(raw) == 95
        assert (raw[0], raw[1]) == (1, 1)
        assert int.from_bytes(raw[2:10]) == 81
        assert raw[10:18] == b"4KQ2M0ZT"
        assert int.from_bytes(raw[18:22]) == 12
        assert int.from_bytes(raw[22:26]) == 1_795_917_600
        assert int.from_bytes(raw[26:30]) == 1_795_928_400
        assert raw[30] == 1
        key = base64.urlsafe_b64decode(tokens.public_keys()[1] + "=")
        Ed25519PublicKey.from_public_bytes(key).verify(raw[31:], b"LT1" + raw[:31])

    def test_any_changed_letter_breaks_it(self):
        token = tokens.make(PAYLOAD)
        for place in range(len(token)):
            other = "A" if token[place] != "A" else "B"
            assert tokens.read(token[:place] + other + token[place + 1 :]) is None

    @pytest.mark.parametrize(
        "text", ["", "LT1", "LT1" + "A" * 152, "LT1" + "1" * 152, "x" * 5000, "LT1\x00" + "A" * 151]
    )
    def test_what_is_none_is_none(self, text):
        assert tokens.read(text) is None

    def test_older_keys_stay_valid_and_the_newest_signs(self, settings):
        old = tokens.make(PAYLOAD)
        settings.TICKET_SIGNING_KEY = "11" * 32 + "," + "22" * 32
        assert base64.b32decode(tokens.make(PAYLOAD)[3:])[1] == 2
        assert tokens.read(old) == tokens.read(tokens.make(PAYLOAD)) == PAYLOAD
        settings.TICKET_SIGNING_KEY = "22" * 32
        assert tokens.read(old) is None

    def test_a_key_that_is_none_is_said(self, settings):
        settings.TICKET_SIGNING_KEY = "short"
        with pytest.raises(ImproperlyConfigured):
            tokens.make(PAYLOAD)
