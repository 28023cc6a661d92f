"""Who buys, where it goes: the one form of the checkout."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from foundation.accounts.phones import e164
from foundation.errors import DomainError
from foundation.money import MOST_RUPIAH
from tourism.regions import queries as regions


class CheckoutForm(forms.Form):
    """Name and phone always; an address only if something is sent.

    :param is_sent: whether an address is needed with the ways that were chosen.
    """

    checkout_key = forms.UUIDField(widget=forms.HiddenInput)
    agreed_total = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_RUPIAH)
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        help_text=_("WhatsApp number, so that we can reach you about this order."),
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"})
    )
    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=250,
        help_text=_("Street, number, and what helps to find it."),
        error_messages={"required": _("Something in your cart is sent, so we need an address.")},
        widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
    )
    tempat = forms.CharField(
        label=_("Postal code or nagari"),
        required=False,
        max_length=80,
        help_text=_("Type it and choose your place; the rest is filled in."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    locality = forms.CharField(
        label=_("City and province"),
        required=False,
        max_length=120,
        help_text=_("For example: Jakarta Timur, DKI Jakarta."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    village = forms.CharField(label=_("Place"), required=False, max_length=13)
    postal_code = forms.CharField(
        label=_("Postal code"),
        required=False,
        max_length=5,
        validators=[RegexValidator(r"^\d{5}$", _("A postal code has five digits."))],
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    recipient_name = forms.CharField(label=_("Recipient's name"), required=False, max_length=120)
    recipient_phone = forms.CharField(
        label=_("Recipient's phone number"),
        required=False,
        max_length=30,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel"}),
    )
    is_gift = forms.BooleanField(
        label=_("It is a gift"), required=False, help_text=_("The slip in the parcel shows no prices.")
    )
    note = forms.CharField(label=_("Note to the sellers"), required=False, max_length=250)

    def __init__(self, *args: Any, is_sent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_sent = is_sent
        self.fields["address"].required = is_sent

    def clean_name(self) -> str:
        """A name that is more than spaces."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_phone(self) -> str:
        """A number that can be dialled."""
        return self.dialled("phone")

    def clean_recipient_phone(self) -> str:
        """A number that can be dialled, if one is given."""
        return self.dialled("recipient_phone") if self.cleaned_data.get("recipient_phone") else ""

    def dialled(self, field: str) -> str:
        """The typed number in one form."""
        try:
            return e164(str(self.cleaned_data[field]))
        except DomainError as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal

    def clean(self) -> dict[str, Any]:
        """An address that is whole, where one is needed: a place of the province, or a city elsewhere with its postal code."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        place = regions.place(cleaned["village"]) if cleaned.get("village") else None
        if cleaned.get("village") and place is None:
            cleaned["village"] = ""
        if place and not cleaned.get("postal_code") and "postal_code" not in self.errors:
            cleaned["postal_code"] = place.postal_code
        if self.is_sent and place is None and not cleaned.get("locality") and "locality" not in self.errors:
            self.add_error("tempat", _("Choose your place from the list, or write the city and province below."))
        elif self.is_sent and not cleaned.get("postal_code") and "postal_code" not in self.errors:
            self.add_error("postal_code", _("Write the postal code of the address."))
        return cleaned


def fresh_key() -> UUID:
    """A key for a checkout that has not been sent yet: the same form sent twice makes one order."""
    return uuid4()
