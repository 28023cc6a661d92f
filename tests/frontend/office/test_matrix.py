"""Who sees what in the office: every role, every view. What is not somebody's is not there."""

from datetime import date

import pytest
from django.urls import reverse

from foundation.audit.models import PersonalDataAccess
from foundation.outbox.models import Delivery, DeliveryStatus, Event
from marketplace.ledger.services import open_accounts
from marketplace.payments.models import ChannelRule, RefundStatus
from marketplace.payouts.models import FeeSchedule, PayoutBatch, Settlement
from marketplace.sales.models import Closing
from marketplace.shops.models import BankAccount, Shop, TaxStatement
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ListingFactory
from tests.factories.orders import NOW
from tests.factories.payments import RefundFactory
from tests.factories.payouts import BankAccountFactory, FeeScheduleFactory
from tourism.regions.models import Region

pytestmark = pytest.mark.django_db

ROLES = [
    "stranger",
    "seller",
    "editor of bukittinggi",
    "editor of padang",
    "treasurer of bukittinggi",
    "treasurer of padang",
    "province",
]
BOOKS = {
    f"{what} of {place}"
    for what in ("receipts", "spreadsheet", "book", "paper", "deposits", "tills")
    for place in ("bukittinggi", "padang")
} | {
    "refund of bukittinggi's treasury",
    "request to bukittinggi's treasury",
}


@pytest.fixture
def things(regions):
    """One of each thing, and where it is seen or changed."""
    listing = ListingFactory()
    refund = RefundFactory(status=RefundStatus.MANUAL)
    own = Region.objects.get(code="13.75")
    treasury = RefundFactory(status=RefundStatus.TREASURY, region=own, deadline_date=date(2026, 12, 6))
    event = Event.objects.create(topic="listing.changed", key="1", created_at=NOW)
    delivery = Delivery.objects.create(event=event, subscriber="search", status=DeliveryStatus.DEAD, due_at=NOW)
    batch = PayoutBatch.objects.create(
        merchant_account=listing.shop.merchant_account, way="BANK_FILE", made_by=UserFactory(), made_at=NOW
    )
    settlement = Settlement.objects.create(
        shop=listing.shop, from_date=NOW.date(), until_date=NOW.date(), items_amount=0, amount=0, closed_at=NOW
    )
    account = BankAccountFactory(shop=listing.shop, status="DIFFERS")
    open_accounts(["shop:1"])
    fee = FeeScheduleFactory()
    rule = ChannelRule.objects.create(channel="bca_va", valid_from_date="2026-12-01")
    views = {
        "receipts of bukittinggi": reverse("office:receipts") + "?daerah=13.75",
        "spreadsheet of bukittinggi": reverse("office:receipts_xlsx") + "?daerah=13.75",
        "receipts of padang": reverse("office:receipts") + "?daerah=13.71",
        "spreadsheet of padang": reverse("office:receipts_xlsx") + "?daerah=13.71",
        "book of bukittinggi": reverse("office:book") + "?daerah=13.75",
        "book of padang": reverse("office:book") + "?daerah=13.71",
        "paper of bukittinggi": reverse("office:book_file", args=["pdf"]) + "?daerah=13.75",
        "paper of padang": reverse("office:book_file", args=["pdf"]) + "?daerah=13.71",
        "deposits of bukittinggi": reverse("office:deposits") + "?daerah=13.75",
        "deposits of padang": reverse("office:deposits") + "?daerah=13.71",
        "tills of bukittinggi": reverse("office:tills") + "?daerah=13.75",
        "tills of padang": reverse("office:tills") + "?daerah=13.71",
        "account": reverse("office:account") + "?kode=shop:1",
        "shop's money": reverse("office:shop_money", args=[listing.shop_id]),
        "batch": reverse("office:batch", args=[batch.pk]),
        "settlement": reverse("office:settlement", args=[settlement.pk]),
        "order": reverse("office:order", args=[refund.payment.order.code]),
        "shop": reverse("office:shop", args=[listing.shop_id]),
        "listing": reverse("office:listing", args=[listing.pk]),
        "refund": reverse("office:refund", args=[refund.pk]),
        "closing": reverse("office:closing", args=[Closing.objects.create(reason_id="uji", begun_at=NOW).pk]),
        "refund of bukittinggi's treasury": reverse("office:refund", args=[treasury.pk]),
        "request to bukittinggi's treasury": reverse("office:treasury_request", args=[treasury.pk]),
    }
    lists = (
        "shops",
        "shops_results",
        "listings",
        "listings_results",
        "orders",
        "money",
        "closings",
        "close_dates",
        "reports",
        "deliveries",
        "deliveries_results",
        "finance",
        "bank_accounts",
        "settlements",
        "payouts",
        "owing",
        "rates_home",
    )
    views |= {name: reverse(f"office:{name}") for name in lists}
    actions = {
        "decide on a shop": (views["shop"], {"decision": "suspend", "reason": "uji"}),
        "decide on a listing": (views["listing"], {"decision": "hide", "reason": "uji"}),
        "close a period": (reverse("office:close_period"), {}),
        "make a batch": (reverse("office:make_batch"), {"settlement": [settlement.pk]}),
        "approve a batch": (reverse("office:batch_decision", args=[batch.pk]), {"decision": "approve"}),
        "record what was paid back": (views["owing"], {"payee": f"shop:{listing.shop_id}", "amount": "1"}),
        "end a rate": (reverse("office:end_rate", args=["komisi", fee.pk]), {"last_day": "2026-12-31"}),
        "take a rule back": (reverse("office:withdraw_rule", args=["saluran", rule.pk]), {}),
        "look at a payment": (reverse("office:payment_decision", args=[refund.payment_id]), {"keputusan": "explain"}),
        "say who bears a refund": (reverse("office:refund", args=[refund.pk]), {"keputusan": "bear"}),
        "add a party": (reverse("office:party"), {"shop": listing.shop_id, "kind": "NAGARI", "name": "Nagari Uji"}),
        "note a letter": (
            reverse("office:tax_letter", args=[listing.shop_id]),
            {"given_on": "2026-01-01", "until": "2026-12-31"},
        ),
        "compare an account": (reverse("office:bank_account", args=[account.pk]), {"decision": "valid"}),
        "note a refund": (reverse("office:refund", args=[refund.pk]), {"keputusan": "paid"}),
        "decide on a payment": (reverse("office:payment_decision", args=[refund.payment_id]), {"keputusan": "accept"}),
        "decide on a closing": (views["closing"], {"keputusan": "dates"}),
        "close dates": (reverse("office:close_dates"), {}),
        "read a report": (reverse("office:reports"), {}),
        "try again": (reverse("office:delivery_again", args=[delivery.pk]), {}),
    }
    return views, actions


def expected(role, view):
    """What a role gets of a view: the page, nothing, or the way to the sign-in."""
    if role in {"stranger", "seller"}:
        return 302
    if role == "province":
        return 200
    is_own_book = view in BOOKS and role.startswith("treasurer") and role.split()[-1] in view
    return 200 if is_own_book else 404


@pytest.mark.parametrize("role", ROLES)
def test_every_view_for_every_role(visitor, people, things, role):
    views, _actions = things
    visitor.force_login(people[role])
    found = {view: visitor.get(url).status_code for view, url in views.items()}
    assert found == {view: expected(role, view) for view in views}


@pytest.mark.parametrize("role", ROLES[:-1])
def test_no_action_for_anybody_but_the_province(visitor, people, things, role):
    _views, actions = things
    visitor.force_login(people[role])
    found = {name: visitor.post(url, sent).status_code for name, (url, sent) in actions.items()}
    assert found == dict.fromkeys(actions, 302 if role in {"stranger", "seller"} else 404)
    assert set(Shop.objects.values_list("status", flat=True)) == {"APPROVED"}
    assert Delivery.objects.filter(status=DeliveryStatus.DEAD).count() == 1
    assert FeeSchedule.objects.get().valid_until_date is None
    assert ChannelRule.objects.filter(valid_from_date="2026-12-01").exists()
    assert not TaxStatement.objects.exists()
    assert (PayoutBatch.objects.get().status, BankAccount.objects.get().status) == ("MADE", "DIFFERS")


def test_who_is_not_signed_in_is_sent_to_the_door(visitor, people, things):
    views, actions = things
    answers = [visitor.get(url) for url in views.values()] + [visitor.post(url) for url, _sent in actions.values()]
    assert {answer.status_code for answer in answers} == {302}
    assert all("/login/" in answer["Location"] for answer in answers)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("editor of padang", []),
        ("treasurer of padang", ["office-receipts"]),
        ("province", ["office-waiting", "office-finance", "office-receipts"]),
    ],
)
def test_the_dashboard_shows_each_what_waits_for_them(visitor, people, role, shown):
    visitor.force_login(people[role])
    page = visitor.get("/admin/").content.decode()
    panels = ("office-waiting", "office-finance", "office-receipts")
    assert [panel for panel in panels if f'id="{panel}-section"' in page] == shown


def test_only_a_look_that_shows_an_order_is_noted(visitor, people, things):
    views, _actions = things
    for role in ROLES:
        visitor.force_login(people[role])
        visitor.get(views["order"])
    (noted,) = PersonalDataAccess.objects.all()
    assert noted.staff == people["province"]
    assert noted.subject == f"order {views['order'].split('/')[-2]}"
