"""Accounts."""

from factory import Sequence
from factory.django import DjangoModelFactory

from foundation.accounts.models import User


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = Sequence(lambda number: f"orang{number}@contoh.invalid")
