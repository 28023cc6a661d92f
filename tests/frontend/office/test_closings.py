"""The office about closed dates, refunds and Midtrans' reports."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from foundation.audit.models import PersonalDataAccess
from marketplace.payments.models import GatewayReport, Refund, RefundAccount
from marketplace.sales.models import Closing
from marketplace.shops.models import MerchantAccount
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW
from tests.factories.payments import PaymentFactory, RefundFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(regions):
    """A date of a shop in Padang."""
    return SlotFactory(listing__shop__region=regions["padang"])


@pytest.fixture
def office(visitor, people):
    visitor.force_login(people["province"])
    return visitor


class TestClosings:
    def test_dates_are_closed_on_the_second_press(self, office, slot):
        sent = {
            "listing": slot.listing_id,
            "from_date": "2026-11-29",
            "until_date": "2026-11-29",
            "reason_id": "Longsor",
            "offers_dates": "on",
        }
        url = reverse("office:close_dates")
        page = office.post(url, sent)
        assert page.status_code == 200
        assert "Ini menutup 1 jadwal" in words(soup(page))
        assert not Closing.objects.exists()
        answer = office.post(url, sent | {"yakin": "1"})
        closing = Closing.objects.get()
        assert answer.headers["Location"] == reverse("office:closing", args=[closing.pk])
        assert (closing.reason_id, closing.begun_by.first_name) == ("Longsor", "province")
        slot.refresh_from_db()
        assert slot.closed_at == NOW
        assert "Belum ada yang membeli tiket" in words(soup(office.get(answer.headers["Location"])))

    @pytest.mark.parametrize(
        "changes",
        [
            {"until_date": "2026-11-28"},
            {"until_date": "2027-11-28"},
            {"reason_id": " "},
            {"listing": "0"},
            {"from_date": "x"},
        ],
    )
    def test_what_cannot_be_meant_closes_nothing(self, office, slot, changes):
        sent = {
            "listing": slot.listing_id,
            "from_date": "2026-11-29",
            "until_date": "2026-11-29",
            "reason_id": "Longsor",
        }
        assert office.post(reverse("office:close_dates"), sent | changes | {"yakin": "1"}).status_code == 422
        assert not Closing.objects.exists()

    def test_a_proposal_is_decided(self, office):
        closing = Closing.objects.create(status="PROPOSED", reason_id="Erupsi", begun_at=NOW, acts_at=NOW)
        url = reverse("office:closing", args=[closing.pk])
        assert "Tawarkan tanggal lain" in words(soup(office.get(url)))
        office.post(url, {"keputusan": "money"})
        closing.refresh_from_db()
        assert (closing.status, closing.offers_dates, closing.decided_by.first_name) == ("RUNNING", False, "province")
        assert "Erupsi" in words(soup(office.get(reverse("office:closings"))))


class TestRefunds:
    def test_a_look_at_an_account_is_noted(self, office):
        refund = RefundFactory(status="MANUAL")
        url = reverse("office:refund", args=[refund.pk])
        office.get(url)
        assert not PersonalDataAccess.objects.exists()
        RefundAccount.objects.create(refund=refund, bank="NAGARI", number="210001234567", holder="Siti", given_at=NOW)
        assert "210001234567" in words(soup(office.get(url)))
        assert PersonalDataAccess.objects.get().subject == f"refund {refund.pk}"

    def test_what_midtrans_refused_is_tried_again(self, office):
        refund = RefundFactory(status="MANUAL", last_error="414: balance")
        url = reverse("office:refund", args=[refund.pk])
        assert "414: balance" in words(soup(office.get(url)))
        office.post(url, {"keputusan": "again"})
        refund.refresh_from_db()
        assert (refund.status, len(refund.former_keys)) == ("REQUESTED", 1)

    def test_a_treasurer_prints_the_request_and_takes_charge(self, visitor, people, regions):
        visitor.force_login(people["treasurer of bukittinggi"])
        refund = RefundFactory(status="TREASURY", region=regions["bukittinggi"], deadline_date=date(2026, 12, 6))
        foreign = RefundFactory(status="TREASURY", region=regions["padang"], deadline_date=date(2026, 12, 6))
        page = words(soup(visitor.get(reverse("office:treasury_refunds"))))
        assert (refund.payment.order.code in page, foreign.payment.order.code in page) == (True, False)
        paper = visitor.get(reverse("office:treasury_request", args=[refund.pk]))
        assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
        visitor.post(reverse("office:refund", args=[refund.pk]), {"keputusan": "charge"})
        assert Refund.objects.get(pk=refund.pk).in_charge == people["treasurer of bukittinggi"]
        assert visitor.get(reverse("office:treasury_request", args=[foreign.pk])).status_code == 404


class TestReports:
    def test_a_report_is_read_and_its_differences_explained(self, office):
        payment = PaymentFactory(status="PAID", paid_at=NOW)
        text = f"Order ID,Gross Amount,Transaction Status,Settlement Time\n{payment.gateway_order_id},84000,settlement,2026-11-22\n"
        account = MerchantAccount.objects.get()

        def upload(raw: bytes):
            file = SimpleUploadedFile("laporan.csv", raw, content_type="text/csv")
            return office.post(reverse("office:reports"), {"account": account.pk, "file": file})

        assert upload(b"no report").status_code == 422
        answer = upload(text.encode())
        report = GatewayReport.objects.get()
        url = reverse("office:report", args=[report.pk])
        assert answer.headers["Location"] == url
        page = soup(office.get(url))
        assert "Jumlahnya berbeda" in words(page)
        row = report.rows.get()
        office.post(url, {"baris": row.pk, "sebab": "Potongan"})
        row.refresh_from_db()
        assert row.explanation == "Potongan"
        assert "1 sudah dijelaskan" in words(soup(office.get(reverse("office:reports"))))
