"""Sessions in the database, as Django keeps them; reading one is what most requests of a person begin with."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from foundation.compiled import Compiled, Given

_living = Compiled(
    lambda: SessionStore.get_model_class().objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    )
)


class SessionStore(DatabaseStore):
    """Django's own store, with its question kept in SQL."""

    def _get_session_from_db(self) -> Any:
        for found in _living(key=self.session_key, now=timezone.now()):
            return found
        self._session_key = None
        return None
