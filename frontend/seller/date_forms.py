"""What sellers fill in about dates and numbers: weekly pattern, places, prices of a day, limits, stock."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.clock import short_day_words
from frontend.seller.deadlines import language
from frontend.seller.forms import NumberInput, PiecesField, RupiahField
from marketplace.catalog.limits import MOST_LIMIT
from marketplace.catalog.models import Variant
from marketplace.inventory.models import AdjustmentReason
from marketplace.inventory.queries import WeeklySlot
from marketplace.inventory.services import ScheduleDraft
from marketplace.inventory.services.stock import MOST_PIECES

MOST_TIMES = 6


def clock_input() -> forms.TimeInput:
    """The phone's own clock."""
    return forms.TimeInput({"type": "time"}, format="%H:%M")


def day_input() -> forms.DateInput:
    """The phone's own calendar."""
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class TimeForm(forms.Form):
    """One time of the week: on which days, from when to when, for how many."""

    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts = forms.TimeField(label=gettext_lazy("From (WIB)"), required=False, widget=clock_input())
    ends = forms.TimeField(label=gettext_lazy("Until (WIB)"), required=False, widget=clock_input())
    capacity = PiecesField(label=gettext_lazy("Places"), required=False)
    from_date = forms.DateField(label=gettext_lazy("First day"), required=False, widget=day_input())
    until_date = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["weekdays"]
        assert isinstance(field, forms.MultipleChoiceField)
        # 1 January 2024 was a Monday.
        names = [short_day_words(date(2024, 1, number), language()).split()[0] for number in range(1, 8)]
        field.choices = [(str(number), name) for number, name in enumerate(names, start=1)]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in this row; days alone say nothing."""
        typed = (self[name].value() for name in ("starts", "ends", "capacity"))
        return not any(str(value or "").strip() for value in typed)

    def clean(self) -> dict[str, Any]:
        """A row that is used names its days and places, and ends after it starts."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_blank:
            return cleaned
        if not cleaned.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day."))
        if not cleaned.get("capacity") and "capacity" not in self.errors:
            self.add_error("capacity", _("Give at least one place."))
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("It ends before it starts."))
        first, last = cleaned.get("from_date"), cleaned.get("until_date")
        if first and last and last < first:
            self.add_error("until_date", _("The last day comes before the first."))
        return cleaned

    def draft(self, today: date) -> ScheduleDraft:
        """What was typed, for the service."""
        cleaned = self.cleaned_data
        return ScheduleDraft(
            capacity=cleaned["capacity"],
            from_date=cleaned["from_date"] or today,
            until_date=cleaned["until_date"],
            weekdays="".join(sorted(cleaned["weekdays"])),
            starts=cleaned["starts"],
            ends=cleaned["ends"],
        )


def pattern_forms(data: Mapping[str, Any] | None, stored: Sequence[WeeklySlot]) -> list[TimeForm]:
    """The times of the week as they are stored or typed, and one empty row."""
    rows = [
        {
            "weekdays": list(one.weekdays),
            "starts": one.starts,
            "ends": one.ends,
            "capacity": one.capacity,
            "from_date": one.from_date,
            "until_date": one.until_date,
        }
        for one in stored[:MOST_TIMES]
    ]
    blank = {"weekdays": list("1234567")}
    wanted = [*rows, blank] if len(rows) < MOST_TIMES else rows
    return [TimeForm(data, prefix=f"w{place}", initial=initial) for place, initial in enumerate(wanted)]


class PlacesForm(forms.Form):
    """How many places."""

    capacity = PiecesField(label=gettext_lazy("Places"))


class DayPricesForm(forms.Form):
    """What each category costs on one day; empty for the usual price."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, variants: Sequence[Variant], prices: Mapping[int, int]
    ) -> None:
        super().__init__(data)
        self.variants = variants
        for variant in variants:
            self.fields[f"v{variant.pk}"] = RupiahField(
                label=variant.name or variant.get_audience_display(), required=False, initial=prices[variant.pk]
            )

    @property
    def wanted(self) -> dict[int, int | None]:
        """The price by variant; None for the usual one."""
        return {variant.pk: self.cleaned_data[f"v{variant.pk}"] for variant in self.variants}


class LimitsForm(forms.Form):
    """How many one order, one buyer and one day may have."""

    most_per_order = PiecesField(label=gettext_lazy("Most in one order"), most=MOST_LIMIT)
    most_per_buyer = PiecesField(
        label=gettext_lazy("Most per buyer, over all orders"),
        required=False,
        most=MOST_LIMIT,
        help_text=gettext_lazy("A buyer is known by account or phone number. What was refunded does not count."),
    )
    most_per_buyer_a_day = PiecesField(
        label=gettext_lazy("Most per buyer for one day"), required=False, most=MOST_LIMIT
    )
    daily_cap = PiecesField(
        label=gettext_lazy("Most visitors on one day, over all times together"),
        required=False,
        help_text=gettext_lazy("Leave empty if only the places of each time count."),
    )

    def __init__(self, *args: Any, variants: Sequence[Variant], is_goods: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants = variants if is_goods else ()
        if is_goods:
            del self.fields["most_per_buyer_a_day"], self.fields["daily_cap"]
        for variant in self.variants if len(self.variants) > 1 else ():
            self.fields[f"v{variant.pk}"] = PiecesField(
                label=_("Most per buyer: %(size)s") % {"size": variant.name},
                required=False,
                most=MOST_LIMIT,
                initial=variant.most_per_buyer,
            )

    def clean(self) -> dict[str, Any]:
        """A limit of nothing would be a way to hide it; that is done elsewhere."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if value == 0:
                self.add_error(name, _("Give at least 1, or leave it empty."))
        return cleaned

    @property
    def of_variants(self) -> dict[int, int | None]:
        """The most per buyer by variant."""
        named = {variant.pk: f"v{variant.pk}" for variant in self.variants}
        return {key: self.cleaned_data[name] for key, name in named.items() if name in self.fields}


class SignedField(PiecesField):
    """A number of pieces that may be negative: -2."""

    def to_python(self, value: Any) -> int | None:
        """The number, or None for nothing."""
        text = str(value or "").strip().replace("−", "-")
        pieces = super().to_python(text.removeprefix("-"))
        return -pieces if pieces is not None and text.startswith("-") else pieces


# What makes a stock larger or smaller; a count sets it, and a correction goes either way.
ADDING = (AdjustmentReason.RECEIVED, AdjustmentReason.RETURNED)
TAKING = (AdjustmentReason.DAMAGED, AdjustmentReason.ELSEWHERE)


class AdjustForm(forms.Form):
    """What happened to the stock."""

    variant = forms.TypedChoiceField(label=gettext_lazy("Size or kind"), coerce=int)
    reason = forms.ChoiceField(
        label=gettext_lazy("What happened?"),
        choices=[
            (AdjustmentReason.RECEIVED, gettext_lazy("New pieces came in")),
            (AdjustmentReason.COUNTED, gettext_lazy("I counted: so many can be sold now")),
            (AdjustmentReason.DAMAGED, gettext_lazy("Damaged or spoilt")),
            (AdjustmentReason.ELSEWHERE, gettext_lazy("Sold or used elsewhere")),
            (AdjustmentReason.RETURNED, gettext_lazy("A buyer sent it back")),
            (AdjustmentReason.CORRECTION, gettext_lazy("Correct a mistake (for example -2)")),
        ],
        initial=AdjustmentReason.RECEIVED,
        widget=forms.RadioSelect,
    )
    pieces = SignedField(label=gettext_lazy("How many?"), widget=NumberInput(inputmode="text"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=160)

    def __init__(self, *args: Any, variants: Sequence[Variant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["variant"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(variant.pk, variant.name or _("Stock")) for variant in variants]
        if len(variants) == 1:
            field.widget = forms.HiddenInput()
            field.initial = variants[0].pk

    def clean(self) -> dict[str, Any]:
        """Only a correction is negative, and only a count may be nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        pieces, reason = cleaned.get("pieces"), cleaned.get("reason")
        if pieces is None or reason is None:
            return cleaned
        if pieces < 0 and reason != AdjustmentReason.CORRECTION:
            self.add_error("pieces", _("Give a whole number from 0 to %(most)s.") % {"most": MOST_PIECES})
        elif pieces == 0 and reason != AdjustmentReason.COUNTED:
            self.add_error("pieces", _("How many more, or how many fewer?"))
        return cleaned
