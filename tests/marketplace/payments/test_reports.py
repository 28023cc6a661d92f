from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from foundation.errors import InvalidInput
from marketplace.payments import services
from marketplace.payments.models import GatewayReport, GatewayReportRow
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW
from tests.factories.payments import PaymentFactory, RefundFactory

HEAD = "Order ID,Transaction ID,Transaction Type,Payment Type,Transaction Status,Gross Amount,Fee,Settlement Time,Customer Email\n"


def paid(code: str, **changes):
    fields = {"status": "PAID", "payment_type": "qris", "method": "QRIS", "paid_at": NOW} | changes
    return PaymentFactory(order__code=code, transaction_id=f"t-{code}", **fields)


def line(
    payment, *, amount: object = "85000.00", status: str = "settlement", what: str = "", at: str = "2026-11-22 10:00:00"
):
    return f"{payment.gateway_order_id},{payment.transaction_id},{what},qris,{status},{amount},595,{at},siti@contoh.invalid\n"


def imported(text: str, payment=None, **changes) -> GatewayReport:
    from marketplace.shops.models import MerchantAccount

    account = payment.merchant_account if payment else MerchantAccount.objects.get()
    return services.import_report(raw=text.encode(), name="laporan.csv", merchant_account=account, now=NOW, **changes)


def found(report: GatewayReport) -> list[tuple[int, str, int, int | None]]:
    rows = report.rows.exclude(difference="NONE").order_by("line_number", "pk")
    return list(rows.values_list("line_number", "difference", "amount", "expected"))


@pytest.mark.django_db
class TestDifferences:
    def test_what_agrees_is_kept_and_says_nothing_of_people(self):
        payment = paid("AAAA1111")
        report = imported(HEAD + line(payment))
        row = report.rows.get()
        assert (row.difference, row.payment, row.amount, row.fee, row.at) == ("NONE", payment, 85_000, 595, NOW)
        assert (report.kind, report.from_date, report.until_date) == (
            "TRANSACTIONS",
            date(2026, 11, 22),
            date(2026, 11, 22),
        )
        assert not any(
            "siti" in str(value) for values in GatewayReportRow.objects.values() for value in values.values()
        )

    def test_the_same_file_is_read_once(self):
        payment = paid("AAAA1111")
        first, second = imported(HEAD + line(payment)), imported(HEAD + line(payment))
        assert first == second
        assert GatewayReportRow.objects.count() == 1

    def test_each_kind_is_named(self):
        fine, less, unpaid, twice = (
            paid("AAAA1111"),
            paid("BBBB1111"),
            paid("CCCC1111", status="FAILED"),
            paid("DDDD1111"),
        )
        absent, later = paid("EEEE1111"), paid("FFFF1111", paid_at=NOW + timedelta(days=1))
        foreign = "X-1,t-x,,qris,settlement,1000.00,7,2026-11-22 10:00:00,\n"
        text = HEAD + line(fine) + line(less, amount="84000.00") + line(unpaid) + line(twice) + line(twice) + foreign
        assert found(imported(text, fine)) == [
            (0, "MISSING", 0, 85_000),
            (3, "AMOUNT", 84_000, 85_000),
            (4, "STATUS", 85_000, 0),
            (6, "TWICE", 85_000, None),
            (7, "UNKNOWN", 1_000, None),
        ]
        assert GatewayReportRow.objects.get(difference="MISSING").payment == absent
        assert later.pk is not None

    def test_of_the_last_day_nothing_is_missing_yet(self):
        first, _last = paid("AAAA1111"), paid("BBBB1111", paid_at=NOW + timedelta(days=1))
        other = paid("CCCC1111", paid_at=NOW + timedelta(days=1))
        assert found(imported(HEAD + line(first) + line(other, at="2026-11-23 09:00:00"))) == []

    def test_refunds_are_compared_too(self):
        payment, odd = paid("AAAA1111"), paid("BBBB1111")
        RefundFactory(payment=payment, amount=10_000, status="DONE")
        text = HEAD + line(payment) + line(payment, amount="-10000.00", status="partial_refund") + line(odd)
        text += line(odd, amount="5000.00", what="Refund")
        assert found(imported(text, payment)) == [(5, "AMOUNT", 5_000, 0)]

    def test_what_another_account_received_is_not_known(self):
        payment = paid("AAAA1111", merchant_account__code="kas-daerah") if False else paid("AAAA1111")
        from tests.factories.shops import MerchantAccountFactory

        account = MerchantAccountFactory(code="lain")
        report = services.import_report(
            raw=(HEAD + line(payment)).encode(), name="x", merchant_account=account, now=NOW
        )
        assert found(report) == [(2, "UNKNOWN", 85_000, None)]

    def test_a_person_explains_it(self):
        payment, officer = paid("AAAA1111"), UserFactory()
        report = imported(HEAD + line(payment, amount="84000"))
        row = report.rows.get()
        with pytest.raises(InvalidInput):
            services.explain_difference(row_id=row.pk, explanation=" ", by_id=officer.pk, now=NOW)
        services.explain_difference(row_id=row.pk, explanation="Diskon Midtrans", by_id=officer.pk, now=NOW)
        row.refresh_from_db()
        assert (row.explanation, row.explained_by, row.explained_at) == ("Diskon Midtrans", officer, NOW)


@pytest.mark.django_db
class TestFiles:
    @pytest.mark.parametrize("amount", ["85000", "85000.00", '"85,000"', '"Rp85.000"', '"85.000,00"', "85.000"])
    def test_amounts_as_reports_write_them(self, amount):
        assert found(imported(HEAD + line(paid("AAAA1111"), amount=amount))) == []

    @pytest.mark.parametrize("at", ["2026-11-22", "22/11/2026", "22/11/2026 10:00", "2026-11-22T10:00:00+07:00"])
    def test_days_as_reports_write_them(self, at):
        report = imported(HEAD + line(paid("AAAA1111"), at=at))
        assert report.from_date == date(2026, 11, 22)

    def test_titles_semicolons_marks_and_sums_are_no_trouble(self):
        payment = paid("AAAA1111")
        text = "\ufeffLaporan transaksi\n\n" + (HEAD + line(payment)).replace(",", ";") + ";;;;Total;85000;;;\n"
        report = imported(text)
        assert (report.rows.count(), found(report)) == (1, [])

    def test_a_payout_report_is_kept_beside_them(self):
        paid("AAAA1111")
        text = "Payout ID,Reference No,Payout Amount,Payout Status,Payout Date\n7,PO-7,1250000,completed,2026-11-23\n"
        report = imported(text)
        assert (report.kind, report.rows.get().amount, found(report)) == ("PAYOUTS", 1_250_000, [])

    @pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"a,b\n1,2\n", b"Order ID,Gross Amount\nA,1\n", b'"' * 100])
    def test_what_is_none_is_refused(self, raw):
        payment = paid("AAAA1111")
        with pytest.raises(services.ReportRefused):
            services.import_report(raw=raw, name="x", merchant_account=payment.merchant_account, now=NOW)
        assert not GatewayReport.objects.exists()

    def test_a_fraction_of_a_rupiah_is_refused(self):
        payment = paid("AAAA1111")
        with pytest.raises(services.ReportRefused):
            imported(HEAD + line(payment, amount="85000.50"))

    def test_the_command_lists_them(self, tmp_path):
        payment = paid("AAAA1111")
        file = tmp_path / "laporan.csv"
        file.write_text(HEAD + line(payment, amount="84000"))
        told = StringIO()
        call_command("import_midtrans_report", str(file), stdout=told, no_color=True)
        assert told.getvalue().splitlines() == [
            "line 2  AAAA1111-1  jumlahnya berbeda: 84000, ours 85000",
            "1 lines read, 1 differ.",
        ]
        for arguments in ([str(tmp_path / "none.csv")], [str(file), "--account", "nobody"]):
            with pytest.raises(CommandError):
                call_command("import_midtrans_report", *arguments)
