"""Declaring a place closed."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from tourism.destinations.facts import ClosureKind
from tourism.destinations.models import Destination


class PlaceForm(forms.Form):
    """Which place."""

    place: "forms.ModelChoiceField[Destination]" = forms.ModelChoiceField(queryset=None, label=_("Which place"))

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]


class ClosureForm(forms.Form):
    """From when until when, why, and that one is sure."""

    kind = forms.ChoiceField(label=_("How"), choices=ClosureKind.choices, initial=ClosureKind.FULL)
    starts_at = forms.DateTimeField(label=_("From"), widget=AdminDateTimeInput, initial=timezone.now)
    ends_at = forms.DateTimeField(
        label=_("Until"),
        widget=AdminDateTimeInput,
        required=False,
        help_text=_("Leave blank if nobody knows yet; you reopen it yourself."),
    )
    reason_id = forms.CharField(
        label=_("Why, in Indonesian"), max_length=200, help_text=_("Visitors and ticket holders read this sentence.")
    )
    reason_en = forms.CharField(label=_("Why, in English"), max_length=200, required=False)
    confirm = forms.BooleanField(label=_("I am sure: pages, tickets and search say so at once"))

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must lie after the beginning."))
        if starts and starts < timezone.now() - timedelta(days=30):
            self.add_error("starts_at", _("This lies more than a month back."))
        return cleaned
