"""The pages of an account that allauth brings, in this house's words."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils.translation import override

from tests.factories.accounts import UserFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti(visitor):
    user = UserFactory(email="siti@contoh.invalid")
    user.set_password("kopi-kawa-daun-7")
    user.save(update_fields=["password"])
    visitor.force_login(user)
    return user


def page_at(visitor, name, language="id"):
    with override(language):
        return soup(visitor.get(reverse(name)))


@pytest.mark.parametrize(
    ("name", "title", "english"),
    [
        ("account_email", "Alamat e-mail", "E-mail addresses"),
        ("account_change_password", "Ubah kata sandi", "Change the password"),
        ("mfa_index", "Pengaman kedua", "Second factor"),
    ],
)
def test_their_titles_are_written_as_sentences(visitor, siti, name, title, english):
    assert words(page_at(visitor, name).h1) == title
    assert words(page_at(visitor, name, "en").h1) == english


def test_an_address_is_added_and_removed(visitor, siti):
    url = reverse("account_email")
    visitor.post(url, {"action_add": "", "email": "siti.kedua@contoh.invalid"})
    assert EmailAddress.objects.filter(user=siti, email="siti.kedua@contoh.invalid", verified=False).exists()
    row = next(one for one in page_at(visitor, "account_email").select("label.check") if "kedua" in words(one))
    assert words(row) == "siti.kedua@contoh.invalid belum dipastikan"
    visitor.post(url, {"action_remove": "", "email": "siti.kedua@contoh.invalid"})
    assert not EmailAddress.objects.filter(email="siti.kedua@contoh.invalid").exists()


def test_a_password_is_changed(visitor, siti):
    labels = [words(label) for label in page_at(visitor, "account_change_password").select("main label")]
    assert labels == ["Kata sandi sekarang", "Kata sandi baru", "Sekali lagi"]
    new = "randang-dan-lamang-9"
    visitor.post(
        reverse("account_change_password"), {"oldpassword": "kopi-kawa-daun-7", "password1": new, "password2": new}
    )
    siti.refresh_from_db()
    assert siti.check_password(new)


def test_who_has_a_second_factor_finds_the_codes_for_the_day_it_is_lost(visitor, siti):
    assert page_at(visitor, "mfa_index").select_one('a[href$="/recovery-codes/"]') is None
    TOTP.activate(siti, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(siti)
    page = page_at(visitor, "mfa_index")
    assert [words(box.h2) for box in page.select(".box")] == ["Aplikasi autentikator", "Kode cadangan"]
    assert "Tersisa 10 kode untuk saat ponsel hilang." in words(page)
