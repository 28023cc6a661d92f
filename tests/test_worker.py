"""A task is only a wake-up: with a real worker and broker, and with every message lost."""

from datetime import UTC, datetime
from time import monotonic, sleep

import pytest
import redis
from django.conf import settings
from django.db import transaction

from foundation.outbox import services
from foundation.outbox.models import Delivery, DeliveryStatus
from foundation.outbox.tasks import deliver

pytestmark = pytest.mark.full
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
# Somebody who has moved out: the worker closes the delivery without calling anybody.
GONE = "house.somebody_who_moved_out"


@pytest.fixture
def somebody(monkeypatch):
    monkeypatch.setattr(services, "subscribers_of", lambda topic: (GONE,))


class TestWorker:
    def test_is_woken_by_a_commit(self, celery_worker, somebody):
        with transaction.atomic():
            services.publish(topic="house.tested", key=1, now=NOON)

        assert settled() == [DeliveryStatus.DEAD]

    def test_finds_the_work_of_lost_messages_at_the_next_beat(self, transactional_db, real_broker, somebody, request):
        broker().flushdb()
        for key in range(5):
            services.publish(topic="house.tested", key=key, now=NOON)
        assert broker().llen("celery") == 5
        broker().flushdb()

        request.getfixturevalue("celery_worker")
        deliver.delay()  # what beat does every ten seconds

        assert settled() == [DeliveryStatus.DEAD] * 5


class TestWaking:
    def test_waits_for_the_commit_and_happens_once(self, transactional_db, real_broker, somebody):
        broker().flushdb()
        with transaction.atomic():
            for key in range(3):
                services.publish(topic="house.tested", key=key, now=NOON)
            assert broker().llen("celery") == 0

        assert broker().llen("celery") == 1

    def test_does_not_happen_after_a_rollback(self, transactional_db, real_broker, somebody):
        broker().flushdb()
        with pytest.raises(RuntimeError), transaction.atomic():
            services.publish(topic="house.tested", key=1, now=NOON)
            raise RuntimeError

        assert broker().llen("celery") == 0
        assert Delivery.objects.count() == 0


def broker():
    return redis.Redis.from_url(settings.CELERY_BROKER_URL)


def settled(*, seconds=60):
    """Statuses of all deliveries, once the worker has dealt with them."""
    until = monotonic() + seconds
    while Delivery.objects.filter(status=DeliveryStatus.PENDING).exists():
        assert monotonic() < until, "The worker did not come"
        sleep(0.05)
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))
