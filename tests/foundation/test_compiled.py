import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, DateTimeField, F, IntegerField
from django.test.utils import CaptureQueriesContext

from foundation.compiled import Among, Compiled, CompiledDelete, CompiledUpdate, Given, insert, together
from foundation.outbox.models import Delivery, Event
from foundation.sessions import SessionStore
from marketplace.inventory.models import Hold, Pool
from tests.factories.inventory import PoolFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
pytestmark = pytest.mark.django_db


def event(key: str, at: datetime = NOW, **payload: object) -> Event:
    return Event(topic="uji", key=key, payload=payload, created_at=at)


def keys(events: list[Event]) -> list[str]:
    return sorted(found.key for found in events)


class TestCompiled:
    def test_answers_each_time_with_the_values_of_that_time(self):
        of_key = Compiled(lambda: Event.objects.filter(key=Given("key", CharField()), topic="uji"))
        insert(event("a", jumlah=3), event("b"))
        assert [(found.key, found.payload, found.created_at) for found in of_key(key="a")] == [
            ("a", {"jumlah": 3}, NOW)
        ]
        assert (keys(of_key(key="b")), of_key(key="c")) == (["b"], [])

    def test_sees_what_was_written_since_it_was_asked_last(self):
        since = Compiled(lambda: Event.objects.filter(created_at__gte=Given("since", DateTimeField())))
        assert since(since=NOW) == []
        insert(event("a"), event("b", LATER))
        assert (keys(since(since=NOW)), keys(since(since=LATER))) == (["a", "b"], ["b"])

    @pytest.mark.parametrize("wanted", [[], ["a"], ["a", "c", "d"]])
    def test_any_number_of_values_may_be_among_them(self, wanted: list[str]):
        among = Compiled(lambda: Event.objects.filter(Among("key", "wanted")).values_list("key"))
        insert(*(event(key) for key in "abc"))
        assert sorted(among(wanted=wanted)) == [(key,) for key in wanted if key != "d"]

    def test_brings_related_rows_along(self, django_assert_num_queries):
        insert(first := event("a"))
        insert(Delivery(event=first, subscriber="uji", due_at=NOW))
        of_event = Compiled(
            lambda: Delivery.objects.filter(Among("event", "events")).select_related("event").only("event__key")
        )
        with django_assert_num_queries(1):
            (found,) = of_event(events=[first.pk])
            assert found.event.key == "a"

    def test_is_put_into_sql_once(self):
        built = []

        def build():
            built.append("built")
            return Event.objects.filter(key=Given("key", CharField()))

        asked = Compiled(build)
        for key in "aab":
            asked(key=key)
        assert built == ["built"]

    def test_its_statements_are_counted(self, django_assert_num_queries):
        asked = Compiled(lambda: Event.objects.filter(key=Given("key", CharField())))
        with django_assert_num_queries(3):
            for key in "abc":
                asked(key=key)


class TestTogether:
    def test_each_question_sees_what_those_before_it_did(self, django_assert_num_queries):
        pool = PoolFactory(capacity=10, taken=3)
        left = Compiled(lambda: Pool.objects.filter(Among("pk", "pools")).values_list("pk", F("capacity") - F("taken")))
        take = CompiledUpdate(
            lambda: Pool.objects.filter(pk=Given("pool", IntegerField())),
            taken=F("taken") + Given("count", IntegerField()),
        )
        with django_assert_num_queries(3):
            before, changed, after = together(
                left.given(pools=[pool.pk]), take.given(pool=pool.pk, count=2), left.given(pools=[pool.pk])
            )
        assert (before, changed, after) == ([(pool.pk, 7)], 1, [(pool.pk, 5)])

    def test_a_refusal_of_the_database_is_raised(self):
        pool = PoolFactory(capacity=10, taken=3)
        left = Compiled(lambda: Pool.objects.filter(Among("pk", "pools")).values_list("pk", F("capacity") - F("taken")))
        take = CompiledUpdate(lambda: Pool.objects.filter(pk=Given("pool", IntegerField())), taken=F("capacity") + 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            together(take.given(pool=pool.pk), left.given(pools=[pool.pk]))
        assert left(pools=[pool.pk]) == [(pool.pk, 7)]


class TestChanges:
    def test_an_update_counts_and_changes_the_rows_it_means(self):
        take = CompiledUpdate(
            lambda: PoolFactory._meta.model.objects.filter(
                capacity__gte=F("taken") + Given("more", IntegerField()), pk=Given("pool", IntegerField())
            ),
            taken=F("taken") + Given("more", IntegerField()),
        )
        pool, other = PoolFactory(capacity=5), PoolFactory(capacity=5)
        assert [take(pool=pool.pk, more=more) for more in (3, 3, 2)] == [1, 0, 1]
        pool.refresh_from_db()
        other.refresh_from_db()
        assert (pool.taken, other.taken) == (5, 0)

    def test_a_delete_counts_and_takes_the_rows_it_means(self):
        forget = CompiledDelete(lambda: Event.objects.filter(Among("key", "keys")))
        insert(*(event(key) for key in "abc"))
        assert (forget(keys=["a", "c", "d"]), forget(keys=[])) == (2, 0)
        assert keys(list(Event.objects.all())) == ["b"]


class TestInsert:
    def test_writes_rows_of_several_tables_and_sets_their_keys(self):
        pool, line = PoolFactory(), uuid.uuid4()
        hold, first, second = Hold(pool=pool, line=line, quantity=2, lapses_at=LATER), event("a", x=[1]), event("b")
        insert(first, hold, second)

        assert Hold.objects.get(pk=hold.pk).line == line
        assert Hold.objects.get().status == "ACTIVE"
        assert [Event.objects.get(pk=row.pk).key for row in (first, second)] == ["a", "b"]
        assert Event.objects.get(pk=first.pk).payload == {"x": [1]}
        first.topic = "lain"
        first.save()
        assert Event.objects.filter(topic="lain").count() == 1

    def test_nothing_is_no_statement(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            insert()

    def test_text_stays_text_whatever_is_in_it(self):
        insert(row := event("'; DROP TABLE outbox_event; -- %s <key>"))
        assert Event.objects.get(pk=row.pk).key == "'; DROP TABLE outbox_event; -- %s <key>"

    def test_a_broken_row_is_refused_with_all_others(self):
        with pytest.raises(IntegrityError):
            insert(event("a"), Hold(pool=PoolFactory(), line=uuid.uuid4(), quantity=0, lapses_at=LATER))


class TestSessions:
    def test_are_found_until_they_expire_in_one_statement(self, time_machine):
        time_machine.move_to(NOW, tick=False)
        made = SessionStore()
        made["guest_key"] = "tamu"
        made.set_expiry(60)
        made.save()

        with CaptureQueriesContext(connection) as asked:
            assert SessionStore(made.session_key)["guest_key"] == "tamu"
        assert len(asked) == 1
        time_machine.move_to(NOW + timedelta(seconds=61), tick=False)
        late = SessionStore(made.session_key)
        assert (late.get("guest_key"), late.session_key) == (None, None)
        assert Session.objects.count() == 1
