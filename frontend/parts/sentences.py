"""What Django's own forms say, in this house's words: an application's catalogue is looked at before Django's."""

from django.utils.translation import gettext_noop

SAID_BY_DJANGO = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
)
