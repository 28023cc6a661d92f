"""Phone numbers as people type them: 0812..., 62812..., +62 812-... are one number."""

import phonenumbers
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput


class InvalidPhone(InvalidInput):
    """What was typed is no phone number."""

    code = "invalid_phone"


def e164(typed: str) -> str:
    """The number in E.164, "+6281234567890"; without a country code it is Indonesian.

    :raises InvalidPhone: it is no possible number.
    """
    text = typed.strip()
    # People here write 62812... without the plus.
    if text.startswith("62"):
        text = "+" + text
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException as broken:
        raise InvalidPhone(_("This is not a phone number. Example: 0812-3456-7890.")) from broken
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone(_("This is not a phone number. Example: 0812-3456-7890."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(number: str) -> str:
    """An E.164 number as it is read here: "0812-3456-7890"; a foreign one stays international."""
    parsed = phonenumbers.parse(number, "ID")
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if parsed.country_code == 62
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, style)
