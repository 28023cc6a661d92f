"""Forms of the account pages."""

from typing import Any

from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from marketplace.payments.services import BANKS


class LoginForm(AllauthLoginForm):
    """One box for a phone number or an e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Phone number or e-mail")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "placeholder": ""}
        self.fields["password"].widget.attrs |= {"placeholder": ""}


class SignupForm(AllauthSignupForm):
    """A phone number and a password; e-mail as people like."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Phone number")
        self.fields["phone"].help_text = _("We send a code to it by WhatsApp.")
        self.fields["phone"].widget.attrs |= {"placeholder": "", "autocomplete": "tel", "inputmode": "tel"}
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs |= {"placeholder": ""}
        self.fields["password1"].widget.attrs |= {"placeholder": ""}
        self.fields["password1"].help_text = _("At least ten characters, and none that everybody would guess.")


class ResetPasswordForm(AllauthResetPasswordForm):
    """Where the link for a new password goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs |= {"placeholder": ""}


class AddEmailForm(AllauthAddEmailForm):
    """One more address of an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs |= {"placeholder": ""}


class ChangePasswordForm(AllauthChangePasswordForm):
    """The password as it is, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": _("Password now"), "password1": _("New password"), "password2": _("Once more")}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs |= {"placeholder": ""}
        self.fields["password1"].help_text = _("At least ten characters, and none that everybody would guess.")


class NameForm(forms.ModelForm[User]):
    """How a person wants to be called."""

    class Meta:
        model = User
        fields = ("first_name", "last_name")
        labels = {"first_name": _("First name"), "last_name": _("Last name")}  # noqa: RUF012 - Django reads it once


class FindOrderForm(forms.Form):
    """Back to an order without its link."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        help_text=_("The one you gave when you ordered."),
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    code = forms.CharField(
        label=_("Order code"),
        max_length=30,
        help_text=_("Letters and numbers, in your message or on the payment page."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )


class AccountForm(forms.Form):
    """Where money is to go."""

    bank = forms.ChoiceField(label=_("Bank or wallet"), choices=[("", _("Choose")), *BANKS.items()])
    number = forms.CharField(
        label=_("Account number"),
        max_length=30,
        help_text=_("For a wallet the phone number it belongs to."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=_("Name on the account"), max_length=80, widget=forms.TextInput({"autocomplete": "name"})
    )
