"""What allauth writes, in this house's words and under its name."""

import re

import pytest
from django.core import mail
from django.core.cache import cache

from tests.factories.accounts import UserFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_asked_before():
    cache.clear()


def asks_for_a_new_password(client, settings, *, prefix=""):
    client.post(
        f"{prefix}/akun/password/reset/", {"email": "siti@contoh.invalid"}, headers={"host": settings.SITE_DOMAIN}
    )
    (sent,) = mail.outbox
    return sent


def test_a_new_password_is_chosen_by_a_link_in_text_and_html(client, settings):
    UserFactory(email="siti@contoh.invalid")
    sent = asks_for_a_new_password(client, settings)
    ((html, _kind),) = sent.alternatives
    link = re.search(r"http\S+/akun/password/reset/key/\S+/", sent.body)
    assert sent.subject == "Pilih kata sandi baru"
    assert link is not None
    assert f'href="{link.group()}"' in html
    assert sent.body.endswith(f"\n\n{settings.SITE_NAME}")
    assert f">{settings.SITE_NAME}</p>" in html


def test_it_speaks_the_language_of_the_page(client, settings):
    UserFactory(email="siti@contoh.invalid")
    sent = asks_for_a_new_password(client, settings, prefix="/en")
    assert sent.subject == "Choose a new password"
    assert sent.body.startswith("Somebody asked for a new password for your account.")
    assert sent.body.endswith(settings.SITE_NAME_EN)


def test_an_unknown_address_is_told_so_itself(client, settings):
    sent = asks_for_a_new_password(client, settings)
    assert sent.subject == "Tidak ada akun dengan alamat ini"
    assert "siti@contoh.invalid" in sent.body
    assert re.search(r"Buka akun: http\S+/akun/signup/", sent.body)


def test_who_asks_again_and_again_is_told_to_wait(client, settings):
    asked = [
        client.post("/akun/password/reset/", {"email": "siti@contoh.invalid"}, headers={"host": settings.SITE_DOMAIN})
        for _time in range(6)
    ]
    assert [answer.status_code for answer in asked] == [302] * 5 + [429]
    assert words(soup(asked[-1]).h1) == "Tunggu beberapa menit"
    assert len(mail.outbox) == 5
