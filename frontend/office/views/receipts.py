"""Receipts of a region's day, for its bendahara."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from foundation.clock import day_of
from frontend.office.access import treasury_regions
from frontend.office.columns import language
from marketplace.sales.queries import DailyReceipts, daily_receipts
from marketplace.sales.receipts import receipts_xlsx
from tourism.regions.models import Region

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReceiptsForm(forms.Form):
    """Which region, which day."""

    daerah = forms.ChoiceField(label=gettext_lazy("Region"))
    tanggal = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        # The first and the last day that can be counted have no midnight in WIB that a clock can name.
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )

    def __init__(self, *args: Any, regions: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["daerah"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(region.code, region.short_name) for region in regions]


@dataclass(frozen=True)
class Asked:
    """A region and a day that may be seen."""

    form: ReceiptsForm
    region: Region
    day: date


def asked_by(request: HttpRequest) -> Asked:
    """What the address asks for; today and the first own region where it says nothing.

    :raises Http404: no region's books are this account's to keep, or not this one's.
    """
    regions = treasury_regions(request.user)
    if not regions:
        raise Http404
    codes = {region.code: region for region in regions}
    code = request.GET.get("daerah", regions[0].code)
    if code not in codes:
        raise Http404
    today = day_of(timezone.now())
    form = ReceiptsForm({"daerah": code, "tanggal": request.GET.get("tanggal") or today.isoformat()}, regions=regions)
    day: date = form.cleaned_data["tanggal"] if form.is_valid() else today
    return Asked(form, codes[code], day)


class ReceiptsView(WagtailAdminTemplateMixin, TemplateView):
    """What was sold, admitted, came in and went back on a day."""

    template_name = "office/receipts.html"
    page_title = gettext_lazy("Receipts")
    header_icon = "table"
    receipts: DailyReceipts
    asked: Asked

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; 422 with a sentence for a day that is none."""
        self.asked = asked_by(request)
        self.receipts = daily_receipts(region_code=self.asked.region.code, day=self.asked.day)
        status = 422 if self.asked.form.errors else 200
        answer: HttpResponse = self.render_to_response(self.get_context_data(**kwargs), status=status)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        sheet = (
            f"{reverse('office:receipts_xlsx')}?daerah={self.asked.region.code}&tanggal={self.asked.day.isoformat()}"
        )
        return context | {
            "form": self.asked.form,
            "downloads": [(_("Download as a spreadsheet"), sheet, "download")],
            "receipts": self.receipts,
            "day": self.asked.day,
            "net": self.receipts.amount - self.receipts.refunded,
        }


class ReceiptsXlsxView(View):
    """The same as a spreadsheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The file."""
        asked = asked_by(request)
        receipts = daily_receipts(region_code=asked.region.code, day=asked.day)
        answer = HttpResponse(receipts_xlsx(receipts, language=language()), content_type=XLSX)
        name = f"penerimaan-{asked.region.slug}-{asked.day.isoformat()}.xlsx"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
