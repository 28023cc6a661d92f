"""Who may sign in with what."""

import pytest

from tests.factories.accounts import UserFactory

PASSWORD = "kata sandi panjang"


@pytest.mark.django_db
class TestSigningIn:
    @pytest.fixture(autouse=True)
    def _hosts(self, settings):
        settings.ALLOWED_HOSTS = ["*"]

    def sign_in(self, client, settings, **account):
        user = UserFactory(email="siti@contoh.invalid", **account)
        user.set_password(PASSWORD)
        user.save()
        host = {"HTTP_HOST": settings.SITE_DOMAIN}
        return client.post("/akun/login/", {"login": "siti@contoh.invalid", "password": PASSWORD}, **host)

    def test_an_account_without_a_phone_number_signs_in_by_mail(self, client, settings):
        answer = self.sign_in(client, settings, phone=None)
        assert "login" not in answer["Location"]
        assert "_auth_user_id" in client.session

    def test_a_number_that_was_never_confirmed_is_asked_about_first(self, client, settings):
        answer = self.sign_in(client, settings, phone="+6281234567890", phone_confirmed_at=None)
        assert "_auth_user_id" not in client.session
        assert "phone" in answer["Location"] or "verify" in answer["Location"]
