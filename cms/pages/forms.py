"""The forms behind the pages that carry facts."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks.list_block import ListValue
from wagtail.blocks.stream_block import StreamValue

from cms.media.models import Image
from cms.pages.homes import home_of, is_source_language
from foundation.clock import day_of
from tourism.destinations.facts import Facility, Known
from tourism.regions.models import Region

# What is pressed to publish a page, or to hand it in.
PUBLISHING = frozenset({"action-publish", "action-submit"})


def pictures_in(value: Any) -> Iterator[Image]:
    """The pictures of a form's field: one, or those of a story's blocks."""
    if isinstance(value, Image):
        yield value
    elif isinstance(value, StreamValue):
        for block in value:
            yield from pictures_in(block.value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from pictures_in(part)
    elif isinstance(value, ListValue):
        for part in value:
            yield from pictures_in(part)


class SourceFactsForm(WagtailAdminPageForm):
    """Shows facts on the Indonesian page only: no other page edits them."""

    own_questions: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.locale_id is not None and not is_source_language(self.instance.locale.language_code):
            for name in (*self.instance.facts_of_source, *self.own_questions):
                self.fields.pop(name, None)
                self.formsets.pop(name, None)

    def clean(self) -> Any:
        """Let nothing go live, or be handed in, with a picture that may not be shown."""
        cleaned = super().clean()
        if PUBLISHING.isdisjoint(self.data):
            return cleaned
        today = day_of(timezone.now())
        for name, value in list(cleaned.items()):
            for image in pictures_in(value):
                if not image.may_be_shown(today):
                    self.add_error(
                        name, _("“%(title)s” has no licence, or may no longer be used.") % {"title": image.title}
                    )
        return cleaned


class DestinationPageForm(SourceFactsForm):
    """Facilities as one question each, villages of the region only, and "I have checked these facts today"."""

    facts_checked = forms.BooleanField(
        label=_("I have checked these facts"),
        required=False,
        help_text=_("Visitors then read when the tourism office last checked them."),
    )
    also_in_codes = forms.MultipleChoiceField(
        label=_("Also lies in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    for _facility in Facility:
        vars()[f"facility_{_facility.value.lower()}"] = forms.ChoiceField(
            label=_facility.label, choices=Known.choices, initial=Known.UNKNOWN, required=False
        )
    del _facility

    @staticmethod
    def facility_fields() -> list[str]:
        """Names of the questions about facilities."""
        return [f"facility_{facility.value.lower()}" for facility in Facility]

    own_questions = ("facts_checked", *(f"facility_{facility.value.lower()}" for facility in Facility))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "facts_checked" not in self.fields:
            return
        for facility in Facility:
            self.fields[f"facility_{facility.value.lower()}"].initial = self.instance.facility(facility)
        above = self.instance if self.instance.pk else self.parent_page
        code = home_of(above).region_code
        regencies = Region.objects.light().regencies().exclude(code=code)
        self.fields["also_in_codes"].choices = [(region.code, region.short_name) for region in regencies]
        if "village" in self.fields:
            villages = (
                Region.objects.light().within(code).filter(level="VILLAGE").select_related("parent").order_by("name")
            )
            self.fields["village"].queryset = villages
            self.fields["village"].label_from_instance = lambda village: f"{village.name}, {village.parent.name}"

    def save(self, commit: bool = True) -> Any:
        """Put the answers together."""
        page = self.instance
        if "facts_checked" in self.fields:
            answers = {facility: self.cleaned_data.get(f"facility_{facility.value.lower()}") for facility in Facility}
            page.facilities = {
                facility.value: answer for facility, answer in answers.items() if answer and answer != Known.UNKNOWN
            }
            if self.cleaned_data.get("facts_checked"):
                page.checked_at, page.checked_by = timezone.now(), self.for_user
        return super().save(commit=commit)
