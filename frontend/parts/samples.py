"""Values for the pattern list: every part, with its empty, long and refused states."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend.parts.values import (
    Amount,
    Badge,
    Card,
    Cell,
    Choice,
    Crumb,
    DateChoice,
    EventCard,
    Facet,
    Link,
    Month,
    Picture,
    Place,
    QuantityRow,
    Rating,
    RegionMark,
    SlotChoice,
    Step,
    Table,
)

SATURDAY = date(2026, 11, 28)
MORNING = datetime(2026, 11, 28, 1, 30, tzinfo=UTC)


def picture(name: str) -> Picture:
    """A drawing that comes with the assets."""
    return Picture(src=static(f"bundle/pola/{name}.webp"), width=800, height=600, sample=True)


class SampleForm(forms.Form):
    """One field of each kind; given in two states."""

    name = forms.CharField(
        label=gettext_lazy("Name of the recipient"), help_text=gettext_lazy("As on the identity card, for the ticket.")
    )
    phone = forms.RegexField(
        r"\d{10}",
        label=gettext_lazy("Phone number"),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"invalid": gettext_lazy("Two digits are missing.")},
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    halal = forms.ChoiceField(
        label=gettext_lazy("Halal"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Has a halal certificate")),
            ("process", gettext_lazy("The certificate is being arranged")),
        ],
    )
    region = forms.ChoiceField(label=gettext_lazy("Region"), choices=[("a", "Agam"), ("b", "Bukittinggi")])
    story = forms.CharField(label=gettext_lazy("Story"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    photo = forms.FileField(
        label=gettext_lazy("Take a photo"), required=False, help_text=gettext_lazy("Daylight beside a window is best.")
    )
    whatsapp = forms.BooleanField(label=gettext_lazy("Tell me by WhatsApp"), required=False)


def cards() -> list[Card]:
    """Every kind of card, among them one without a picture and one with too long a name."""
    return [
        Card(
            url="#",
            title="Danau Maninjau",
            place="Kabupaten Agam",
            picture=picture("danau"),
            badge=Badge(text=_("Not checked by the office"), tone="open"),
        ),
        Card(
            url="#",
            title="Tempat dengan nama yang panjang sekali sampai tiga baris pun tidak cukup untuk menuliskannya",
            place="Kabupaten Lima Puluh Kota",
            price=1_250_000,
            price_from=True,
            picture=picture("gunung"),
            badge=Badge(text=_("Closed"), tone="stop"),
        ),
        Card(url="#", title=_("Without a picture"), place="Kota Pariaman", price=95_000, sample=True),
        Card(
            url="#",
            title="Kopi arabika Solok Rajo",
            place="Kabupaten Solok",
            price=68_000,
            picture=picture("kopi"),
            rating=Rating(average=4.8, count=31),
        ),
    ]


def days() -> list[DateChoice]:
    """Five days, two of which cannot be chosen."""
    reasons = {1: _("full"), 4: _("closed")}
    return [
        DateChoice(
            day=SATURDAY + timedelta(days=offset - 2),
            price=None if offset in reasons else (35_000 if offset in (2, 3) else 25_000),
            reason=reasons.get(offset, ""),
            chosen=offset == 2,
        )
        for offset in range(9)
    ]


def month() -> Month:
    """November 2026 as a calendar with prices."""
    first = date(2026, 11, 1)
    blanks: list[DateChoice | None] = [None] * first.weekday()
    all_days: list[DateChoice | None] = [
        DateChoice(
            day=first + timedelta(days=offset),
            price=35_000 if (first + timedelta(days=offset)).weekday() >= 5 else 25_000,
            reason=_("full") if offset == 26 else "",
            past=offset < 21,
            chosen=offset == 27,
        )
        for offset in range(30)
    ]
    cells = blanks + all_days + [None] * (-(len(blanks) + 30) % 7)
    return Month(first=first, weeks=[cells[start : start + 7] for start in range(0, len(cells), 7)], later_url="#")


def everything(*, region: str) -> dict[str, Any]:
    """The context of the pattern list; ``region`` previews another brand."""
    found = cards()
    refused = SampleForm({"name": "Rina Contoh", "phone": "0800000", "region": "a"})
    rows = [
        [
            Cell(text="Sabtu, 21 November"),
            Cell(text="184", end=True),
            Cell(text="179", end=True),
            Cell(text="Rp0", end=True),
        ],
        [
            Cell(text="Minggu, 22 November"),
            Cell(text="96", end=True),
            Cell(text="41", end=True),
            Cell(text="Rp0", end=True),
        ],
    ]
    ticket = {
        "title": "Jelajah Ngarai Sianok dengan pemandu",
        "starts_at": MORNING,
        "token": "LPU1.contoh.7K3M92QX.0123456789abcdef0123456789",
        "code": "7K3M 92QX",
        "holder": "Rina Contoh",
        "category": _("1 adult"),
        "gate": "Gerbang Taman Panorama",
        "arrive_at": MORNING - timedelta(minutes=15),
        "region": "bukittinggi",
    }
    items = [
        {
            "title": "Kopi arabika Solok Rajo",
            "url": "#",
            "note": "200 g biji",
            "picture": picture("kopi"),
            "amount": 136_000,
            "quantity_name": "a",
            "quantity": 2,
            "most": 24,
        },
        {
            "title": "Sirup markisa 630 ml",
            "note": "",
            "picture": None,
            "amount": 52_000,
            "problem": _("Only 1 left; you asked for 3."),
            "remove_name": "hapus",
        },
    ]
    return {
        "region": RegionMark(slug=region, name=region.replace("-", " ").title()) if region else None,
        "brands": [
            "bukittinggi",
            "agam",
            "kab-solok",
            "padang",
            "sawahlunto",
            "tanah-datar",
            "payakumbuh",
            "kepulauan-mentawai",
        ],
        "crumbs": [Crumb(title="Sumatera Barat", url="#"), Crumb(title="Bukittinggi", url="#")],
        "tones": [
            Badge(text=_("Open until 17.00"), tone="ok"),
            Badge(text=_("3 left"), tone="warn"),
            Badge(text=_("Closed until 30 Nov"), tone="stop"),
            Badge(text=_("New"), tone="info"),
            Badge(text=_("Not checked by the office"), tone="open"),
        ],
        "chips": [
            Link(title="Kabupaten Agam", url="#", current=True),
            Link(title=_("Fit for children"), url="#"),
            Link(title=_("Tickets"), url="#", icon="ticket"),
        ],
        "tabs": [
            Link(title=_("All"), url="#", count=1014, current=True),
            Link(title=_("Places"), url="#", count=5),
            Link(title=_("Products"), url="#", count=0),
        ],
        "cards": found,
        "rows": [
            Card(
                url="#",
                title=card.title,
                kind=_("Place"),
                place=card.place,
                picture=card.picture,
                price=card.price,
                price_from=card.price_from,
                rating=card.rating,
                badge=card.badge,
                sample=card.sample,
            )
            for card in found
        ],
        "facets": [
            Facet(
                name="region",
                title=_("Region"),
                choices=[
                    Choice(value="agam", title="Kabupaten Agam", count=11, chosen=True),
                    Choice(value="bukittinggi", title="Kota Bukittinggi", count=2),
                ],
            )
        ],
        "sorts": [
            Choice(value="best", title=_("Best match"), chosen=True),
            Choice(value="price", title=_("Lowest price")),
        ],
        "events": [
            EventCard(
                url="#",
                title="Pacu jawi",
                day=SATURDAY,
                place="Kabupaten Tanah Datar, 13.00 WIB",
                note=_("Wet fields; bring a change of clothes."),
                sample=True,
            ),
            EventCard(
                url="#",
                title="Pasar kopi lereng Talang",
                day=SATURDAY,
                last_day=SATURDAY + timedelta(days=1),
                place="Kabupaten Solok",
                sample=True,
            ),
        ],
        "days": days(),
        "month": month(),
        "slots": [
            SlotChoice(value="1", starts_at=MORNING - timedelta(hours=2), reason=_("Full")),
            SlotChoice(value="2", starts_at=MORNING, left=3, few=True, chosen=True),
            SlotChoice(value="3", starts_at=MORNING + timedelta(hours=6), left=12),
        ],
        "quantities": [
            QuantityRow(name="q1", title=_("Adult"), price=35_000, note=_("13 years and over"), value=2),
            QuantityRow(
                name="q2",
                title=_("Child"),
                price=20_000,
                note=_("4 to 12 years"),
                value=1,
                error=_("Only 1 left; you asked for 3."),
            ),
        ],
        "amounts": [
            Amount(title=_("Tickets, 3 people"), amount=90_000),
            Amount(title=_("Delivery"), amount=21_000, note="Jakarta Selatan"),
        ],
        "form": SampleForm(),
        "refused": refused,
        "steps": [
            Step(title=_("Paid"), state="done", at=MORNING - timedelta(days=6)),
            Step(title=_("On its way"), state="now", note=_("Expected on Thursday, 26 November")),
            Step(title=_("Received")),
        ],
        "table": Table(
            caption=_("Receipts"),
            columns=[
                Cell(text=_("Day")),
                Cell(text=_("Sold"), end=True),
                Cell(text=_("Scanned"), end=True),
                Cell(text=_("Deposited"), end=True),
            ],
            rows=rows,
        ),
        "page": Paginator(range(200), 10).page(4),
        "links": [
            Link(title=_("A fact is wrong"), url="#"),
            Link(title=_("I was asked to pay more"), url="#", note=_("Answered within 3 days")),
        ],
        "facts": [(_("Parking"), _("Motorcycles and cars")), (_("Wheelchair access"), None)],
        "ticket": ticket,
        "items": items,
        "foot": [{"icon": "truck", "text": _("To Jakarta Selatan, 3 days"), "amount": 21_000}],
        "places": [
            Place(title="Danau Maninjau", latitude=-0.32, longitude=100.2, url="#"),
            Place(title="Jam Gadang", latitude=-0.305, longitude=100.369),
        ],
        "hero_picture": picture("ngarai"),
    }
