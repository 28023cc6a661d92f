"""What allauth asks of our accounts: sign-in by phone or e-mail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.accounts.phones import e164, national
from foundation.errors import InvalidInput
from foundation.site import site_name, site_short_name


class PhoneField(forms.CharField):
    """A number as people here write it, "0812-3456-7890"; it is cleaned to E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        """The number in E.164, or nothing where none is needed.

        :raises ValidationError: it is no number.
        """
        typed: str = super().clean(value)
        if not typed:
            return ""
        try:
            return e164(typed)
        except InvalidInput as refusal:
            raise ValidationError(refusal.sentence) from refusal


class AccountAdapter(DefaultAccountAdapter):
    """Phone numbers live on the account itself; codes leave through the message channel."""

    def get_login_stages(self) -> list[str]:
        """The steps of signing in; only who has a phone number has to confirm it."""
        ours = {"allauth.account.stages.PhoneVerificationStage": "foundation.accounts.stages.KnownPhoneStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def clean_phone(self, phone: str) -> str:
        """The number in E.164; a broken one becomes a form error."""
        try:
            return e164(phone)
        except InvalidInput as refusal:
            raise ValidationError(refusal.sentence) from refusal

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        """The box for a phone number, at signing up, signing in and changing it."""
        options: dict[str, Any] = {"label": _("Phone number"), "max_length": 30} | kwargs
        return PhoneField(**options)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The account's number, and whether it was confirmed."""
        return (user.phone, user.phone_confirmed_at is not None) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Give the account a number."""
        User.objects.filter(pk=user.pk).update(phone=phone, phone_confirmed_at=Now() if verified else None)

    def set_phone_verified(self, user: User, phone: str) -> None:
        """The account proved that the number is its own."""
        User.objects.filter(pk=user.pk, phone=phone).update(phone_confirmed_at=Now())

    def get_user_by_phone(self, phone: str) -> User | None:
        """The account with this number, in whatever way it was typed."""
        try:
            return User.objects.filter(phone=e164(phone)).first()
        except InvalidInput:
            return None

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write under the platform's name; allauth alone would sign with the host's."""
        named = {"site_name": site_name(), "site_short_name": site_short_name()}
        super().send_mail(template_prefix, email, named | context)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        """Send the code; until a WhatsApp channel is set, it leaves as a mail file to the operator."""
        send_mail(
            subject=_("Code for %(phone)s") % {"phone": national(phone)},
            message=_("Your code for %(site)s is %(code)s.") % {"site": site_name(), "code": code},
            from_email=settings.DEFAULT_FROM_EMAIL,
            recipient_list=[f"{phone.lstrip('+')}@whatsapp.invalid"],
        )

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Say nothing to a number that has no account: whether it has one is nobody's business."""

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Say nothing: the form already answers the same either way."""
