import pytest

from foundation.accounts.buyer import Buyer
from foundation.errors import InvalidInput
from marketplace.orders.models import OrderLine
from marketplace.reviews import queries, services
from marketplace.reviews.models import Review
from tests.factories.orders import GUEST, NOW, OrderLineFactory
from tests.factories.tickets import TicketFactory


def write(line: OrderLine, **changes) -> Review:
    given = {"buyer": GUEST, "line_id": line.pk, "stars": 5, "text": " Enak ", "now": NOW}
    return services.write_review(**(given | changes))


@pytest.mark.django_db
class TestWriteReview:
    def test_of_goods_that_were_received(self):
        line = OrderLineFactory(shop_order__status="RECEIVED")
        write(line)
        (view,) = queries.reviews_of(line.variant.listing_id)
        assert (view.first_name, view.stars, view.text) == ("Siti", 5, "Enak")
        assert queries.rating(line.variant.listing_id) == queries.Rating(tenths=50, count=1)

    def test_not_before(self):
        with pytest.raises(services.ReviewRefused):
            write(OrderLineFactory(shop_order__status="SENT"))
        assert not Review.objects.exists()

    def test_of_a_ticket_that_was_used(self):
        ticket = TicketFactory()
        with pytest.raises(services.ReviewRefused):
            write(ticket.line)
        type(ticket).objects.update(admitted=1, status="USED")
        assert write(ticket.line).listing == ticket.listing

    def test_once(self):
        line = OrderLineFactory(shop_order__status="RECEIVED")
        write(line)
        with pytest.raises(services.ReviewRefused):
            write(line, stars=1)
        assert Review.objects.get().stars == 5

    def test_by_the_buyer_only(self):
        line = OrderLineFactory(shop_order__status="RECEIVED")
        with pytest.raises(OrderLine.DoesNotExist):
            write(line, buyer=Buyer(None, "orang lain"))

    @pytest.mark.parametrize("changes", [{"stars": 0}, {"stars": 6}, {"text": "x" * 1001}])
    def test_within_bounds(self, changes):
        with pytest.raises(InvalidInput):
            write(OrderLineFactory(shop_order__status="RECEIVED"), **changes)
