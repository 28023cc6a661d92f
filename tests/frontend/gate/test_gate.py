import json
from datetime import UTC, datetime

import pytest

from marketplace.tickets.models import Redemption, Verdict
from tests.factories.accounts import UserFactory
from tests.factories.shops import MemberFactory
from tests.factories.tickets import GateFactory, TicketFactory
from tests.frontend.visiting import soup, words

# Half an hour into the slot of the ticket factory.
OPEN = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)


@pytest.fixture
def ticket(db):
    return TicketFactory()


@pytest.fixture
def gate(ticket):
    return GateFactory(shop=ticket.listing.shop)


@pytest.fixture
def officer(visitor, today, gate):
    """A browser at the gate, signed in, which opened the gate's page once."""
    today.move_to(OPEN)
    visitor.force_login(MemberFactory(shop=gate.shop, role="GATE").user)
    visitor.get(f"/gerbang/{gate.pk}/")
    return visitor


def said(response) -> tuple[str, str]:
    say = soup(response).select_one("[data-say]")
    return words(say.select_one("h2")), words(say.select_one("p"))


class TestChecking:
    def test_a_typed_code_admits_once(self, officer, gate, ticket):
        first = officer.post(f"/gerbang/{gate.pk}/periksa/", {"code": ticket.code})
        assert (first.status_code, said(first)[0]) == (200, "Silakan masuk")
        second = officer.post(f"/gerbang/{gate.pk}/periksa/", {"code": ticket.code})
        assert (second.status_code, said(second)) == (
            409,
            ("Sudah dipakai", "Masuk pukul 09.30 WIB lewat Pintu utama. Dewasa, Siti"),
        )
        ticket.refresh_from_db()
        assert (ticket.admitted, ticket.status) == (1, "USED")

    def test_the_script_gets_plain_values(self, officer, gate, ticket):
        answer = officer.post(
            f"/gerbang/{gate.pk}/periksa/",
            {"code": ticket.token, "nonce": "n1"},
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 200
        assert (answer.json()["verdict"], answer.json()["tone"]) == ("ADMITTED", "ok")
        assert answer.json()["count"] == "Masuk hari ini 1, masih ditunggu 0"

    def test_the_same_nonce_counts_once(self, officer, gate, ticket):
        for _time in range(2):
            answer = officer.post(f"/gerbang/{gate.pk}/periksa/", {"code": ticket.code, "nonce": "n1"})
            assert answer.status_code == 200
        assert Redemption.objects.count() == 1

    @pytest.mark.parametrize("code", ["", "ZZZZZZZZ", "' OR 1=1", "LT1" + "A" * 280])
    def test_an_unknown_code_is_said_plainly(self, officer, gate, code):
        answer = officer.post(f"/gerbang/{gate.pk}/periksa/", {"code": code})
        assert (answer.status_code, said(answer)[0]) == (404, "Tidak dikenal")

    def test_another_day_is_named(self, officer, gate, ticket, today):
        today.move_to(OPEN.replace(day=28))
        answer = officer.post(f"/gerbang/{gate.pk}/periksa/", {"code": ticket.code})
        assert (answer.status_code, said(answer)) == (
            409,
            ("Hari lain", "Tiket ini untuk Minggu, 29 November 2026. Dewasa, Siti"),
        )

    def test_what_no_database_takes_is_an_unknown_code(self, officer, gate):
        form = {"code": "A\x00B", "nonce": "a\x001"}
        answer = officer.post(f"/gerbang/{gate.pk}/periksa/", form, headers={"Accept": "application/json"})
        assert answer.status_code < 500
        assert [(one.nonce, one.verdict) for one in Redemption.objects.all()] == [("a1", Verdict.UNKNOWN)]


class TestStrangers:
    @pytest.mark.parametrize("path", ["", "periksa/", "daftar/", "unggah/", "laporan/"])
    def test_find_no_gate(self, visitor, gate, path):
        visitor.force_login(UserFactory())
        method = visitor.post if path in ("periksa/", "unggah/") else visitor.get
        assert method(f"/gerbang/{gate.pk}/{path}").status_code == 404
        assert Redemption.objects.count() == 0

    def test_are_asked_to_sign_in(self, visitor, gate):
        answer = visitor.get(f"/gerbang/{gate.pk}/")
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/akun/login/")


class TestWithoutSignal:
    def test_the_list_holds_what_a_phone_needs(self, officer, gate, ticket):
        found = officer.get(f"/gerbang/{gate.pk}/daftar/").json()
        assert (found["day"], found["listing_ids"], list(found["public_keys"])) == (
            "2026-11-29",
            [ticket.listing_id],
            ["1"],
        )
        assert [(one["code"], one["status"], one["admitted"]) for one in found["tickets"]] == [
            (ticket.code, "VALID", 0)
        ]

    def test_scans_are_recorded_once_however_often_they_are_sent(self, officer, gate, ticket):
        body = json.dumps({"scans": [{"nonce": "a1", "scanned": ticket.token, "at": OPEN.timestamp() - 60}]})
        for _time in range(2):
            answer = officer.post(f"/gerbang/{gate.pk}/unggah/", body, content_type="application/json")
            assert (answer.status_code, answer.json()["recorded"]) == (200, {"a1": "ADMITTED"})
        assert [(one.verdict, one.was_offline) for one in Redemption.objects.all()] == [(Verdict.ADMITTED, True)]

    def test_a_second_admission_is_reported_not_hidden(self, officer, gate, ticket):
        officer.post(f"/gerbang/{gate.pk}/periksa/", {"code": ticket.code})
        body = json.dumps({"scans": [{"nonce": "a1", "scanned": ticket.token, "at": OPEN.timestamp()}]})
        answer = officer.post(f"/gerbang/{gate.pk}/unggah/", body, content_type="application/json")
        assert answer.json()["recorded"] == {"a1": "DOUBLE"}
        assert "Ada tiket yang masuk dua kali" in words(soup(officer.get(f"/gerbang/{gate.pk}/laporan/")))

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            '{"scans": 3}',
            '{"scans": [{}]}',
            '{"scans": [{"nonce": "a", "scanned": "b", "at": "never"}]}',
            '{"scans": [{"nonce": "a", "scanned": "b", "at": 1e99}]}',
            '{"scans": [{"nonce": "", "scanned": "b", "at": 1795919400}]}',
            '{"scans": [{"nonce": "\\ud800", "scanned": "b", "at": 1795919400}]}',
            '{"scans": [{"nonce": "\\u0000", "scanned": "b", "at": 1795919400}]}',
            "[" * 60_000,
        ],
    )
    def test_what_cannot_be_read_records_nothing(self, officer, gate, body):
        answer = officer.post(f"/gerbang/{gate.pk}/unggah/", body, content_type="application/json")
        assert (answer.status_code, answer.json()) == (422, {"error": "Kiriman dari ponsel tidak bisa dibaca."})
        assert Redemption.objects.count() == 0
