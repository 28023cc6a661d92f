"""The office's door: the sign-in that everybody uses, so that a second factor is asked for here too."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db
HERE = {"host": "lapau.localhost:8000"}


def through_the_door(user=None, *, going_to="/admin/pages/"):
    client = Client(headers=HERE)
    if user is not None:
        client.force_login(user)
    return client.get("/admin/login/", {"next": going_to})


def test_a_stranger_signs_in_where_everybody_does():
    answer = through_the_door()
    assert (answer.status_code, answer["Location"]) == (302, "/akun/login/?next=/admin/pages/")


def test_whoever_works_here_goes_on():
    answer = through_the_door(UserFactory(is_superuser=True))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/pages/")


def test_for_others_there_is_no_office():
    assert through_the_door(UserFactory()).status_code == 404


def test_what_is_not_theirs_is_said_in_our_own_words(bendahara):
    answer = bendahara.get(reverse("office:finance"))
    page = soup(answer)
    assert answer.status_code == 404
    assert words(page.h1) == "Halaman tidak ditemukan"
    assert page.select_one("main a")["href"] == reverse("wagtailadmin_home")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(elsewhere):
    answer = through_the_door(UserFactory(is_superuser=True), going_to=elsewhere)
    assert answer["Location"] == reverse("wagtailadmin_home")


def test_it_offers_no_other_way_to_a_new_password():
    assert Client(headers=HERE).get("/admin/password_reset/").status_code == 404
