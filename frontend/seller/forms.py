"""What sellers fill in: goods with their sizes, the shop, and the steps of opening one."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.phones import e164
from foundation.errors import DomainError
from foundation.money import MOST_RUPIAH, rupiah
from marketplace.catalog.models import HalalState, ListingKind
from marketplace.catalog.queries import categories
from marketplace.catalog.services import likely_price
from marketplace.inventory.services.stock import MOST_PIECES
from marketplace.shops.banks import BANKS
from marketplace.shops.models import ShopKind
from tourism.regions.queries import place

_RUPIAH = re.compile(r"^(?:rp\.?)?\s*(\d{1,3}(?:[.\s]\d{3})*|\d+)(?:,(?:00|-))?$", re.IGNORECASE | re.ASCII)
_LONGEST_NUMBER = 20
MOST_SIZES = 6


class NumberInput(forms.TextInput):
    """Digits from the phone's number keys; the arrows and the scroll wheel of a number field only do harm."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "maxlength": _LONGEST_NUMBER, **attrs})


class RupiahField(forms.Field):
    """Whole rupiah as people write them: 38000, 38.000, Rp 38.000,00."""

    widget = NumberInput

    def to_python(self, value: Any) -> int | None:
        """The amount, or None for nothing."""
        text = str(value or "").strip()
        if not text:
            return None
        found = _RUPIAH.match(text) if len(text) <= _LONGEST_NUMBER else None
        amount = int(re.sub(r"\D", "", found[1])) if found else -1
        if amount > MOST_RUPIAH:
            raise forms.ValidationError(_("A price is at most %(most)s.") % {"most": rupiah(MOST_RUPIAH)})
        if amount < 0:
            raise forms.ValidationError(_("Give a price in whole rupiah, for example 38000."))
        return amount


class PiecesField(forms.Field):
    """How many pieces there are: 40, 1.000."""

    widget = NumberInput

    def __init__(self, *, most: int = MOST_PIECES, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number, or None for nothing."""
        text = re.sub(r"[.\s]", "", str(value or ""))[:_LONGEST_NUMBER]
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or int(text) > self.most:
            raise forms.ValidationError(
                _("Give a whole number from 0 to %(most)s.") % {"most": f"{self.most:,}".replace(",", ".")}
            )
        return int(text)


class PriceDoubt(forms.ValidationError):
    """A price that looks like a slip, with what was probably meant."""

    def __init__(self, *, price: int, meant: int) -> None:
        self.price, self.meant = price, meant
        words = {"price": rupiah(price), "meant": rupiah(meant)}
        sentence = (
            _("%(price)s is too little. Did you mean %(meant)s?")
            if price < meant
            else _("%(price)s is a lot. Did you mean %(meant)s?")
        )
        super().__init__(sentence % words, code="doubtful_price")


class SizeForm(forms.Form):
    """One size with its price and stock. ``variant`` names one that exists."""

    variant = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)
    # The stock that the form was filled with: what is saved is the difference, so that a sale in between still counts.
    stock_seen = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)
    size = forms.CharField(
        label=gettext_lazy("Size or kind"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"placeholder": gettext_lazy("For example: 250 g")}),
    )
    price = RupiahField(label=gettext_lazy("Price"), required=False)
    stock = PiecesField(label=gettext_lazy("Stock"), required=False)

    def __init__(self, *args: Any, sure_of: Sequence[int] = (), is_goods: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sure_of = sure_of
        self.is_goods = is_goods
        # What the seller probably meant, offered as a button.
        self.meant: int | None = None
        self.doubted: int | None = None
        if not is_goods:
            del self.fields["stock"]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in this row."""
        typed = (self[name].value() for name in ("size", "price", "stock") if name in self.fields)
        return not any(str(value or "").strip() for value in typed)

    def clean(self) -> dict[str, Any]:
        """A row that is used needs a price and a stock; a doubtful price is asked about once."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_blank and not cleaned.get("variant"):
            return cleaned
        price = cleaned.get("price")
        if price is None and "price" not in self.errors:
            self.add_error("price", _("Give a price in whole rupiah, for example 38000."))
        if self.is_goods and cleaned.get("stock") is None and "stock" not in self.errors:
            self.add_error("stock", _("How many do you have? 0 is allowed."))
        if price is not None and self.is_goods:
            self.check_price(price)
        return cleaned

    def check_price(self, price: int) -> None:
        """Refuse a price of nothing; doubt one that looks like a slip, unless the seller is sure of it."""
        meant = likely_price(price)
        if price == 0:
            self.add_error("price", _("Give a price in whole rupiah, for example 38000."))
        elif meant != price and price not in self.sure_of:
            self.meant, self.doubted = meant, price
            self.add_error("price", PriceDoubt(price=price, meant=meant))


class GoodsForm(forms.Form):
    """What is sold: photo, name and shelf; the rest may come later."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": "image/*", "capture": "environment", "data-photo": ""}),
    )
    gallery = forms.FileField(
        label=gettext_lazy("Choose from the gallery"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": "image/*", "data-photo": ""}),
    )
    title_id = forms.CharField(label=gettext_lazy("Name of the product"), max_length=120)
    category = forms.TypedChoiceField(label=gettext_lazy("Category"), coerce=int)
    weight = PiecesField(label=gettext_lazy("Weight with packaging"), required=False, most=1_000_000)
    halal = forms.ChoiceField(
        label=gettext_lazy("Halal"),
        help_text=gettext_lazy("For food and drink, choose one."),
        choices=[
            (HalalState.NOT_FOOD, gettext_lazy("It is not food or drink")),
            (HalalState.CERTIFIED, gettext_lazy("It has a halal certificate")),
            (HalalState.NON_HALAL, gettext_lazy("It contains non-halal ingredients")),
            (HalalState.EXEMPT, gettext_lazy("An exempt kind (coffee, rice, honey, fish)")),
            (HalalState.IN_PROCESS, gettext_lazy("The certificate is in process")),
        ],
        initial=HalalState.NOT_FOOD,
        widget=forms.RadioSelect,
    )
    halal_number = forms.CharField(label=gettext_lazy("Number of the halal certificate"), required=False, max_length=40)
    title_en = forms.CharField(label=gettext_lazy("Name in English"), required=False, max_length=120)
    description_id = forms.CharField(
        label=gettext_lazy("Story"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("How it is made, by whom, how to keep it."),
        widget=forms.Textarea({"rows": 4}),
    )
    description_en = forms.CharField(
        label=gettext_lazy("Story in English"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    ingredients = forms.CharField(label=gettext_lazy("Ingredients"), required=False, max_length=300)
    permit_number = forms.CharField(label=gettext_lazy("P-IRT or MD number"), required=False, max_length=40)

    def __init__(
        self,
        *args: Any,
        kind: str = ListingKind.GOODS,
        photo_errors: Mapping[str, str] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # Photos are stored before the rest is checked, so that none has to be taken twice; what could not be is said here.
        self.photo_errors = photo_errors
        self.is_goods = kind == ListingKind.GOODS
        shelves = [(shelf.id, shelf.name) for shelf in categories(kind)]
        field = self.fields["category"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("Choose")), *shelves] if self.is_goods and len(shelves) > 1 else shelves
        if not self.is_goods:
            self.fields["title_id"].label = _("Name")
            for name in ("weight", "halal", "halal_number", "ingredients", "permit_number"):
                del self.fields[name]

    def clean_title_id(self) -> str:
        """A name that says something."""
        title = " ".join(str(self.cleaned_data["title_id"]).split())
        if len(title) < 3:
            raise forms.ValidationError(_("Give it a name of at least three letters."))
        return title

    def clean(self) -> dict[str, Any]:
        """A certificate has a number."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field, sentence in self.photo_errors.items():
            self.add_error(field, sentence)
        if cleaned.get("halal") == HalalState.CERTIFIED and not cleaned.get("halal_number", "").strip():
            self.add_error("halal_number", _("Give the number of the halal certificate."))
        return cleaned


class StockForm(forms.Form):
    """How many more, or fewer."""

    change = forms.IntegerField(min_value=-MOST_PIECES, max_value=MOST_PIECES)


class NameStep(forms.Form):
    """What the shop is called."""

    name = forms.CharField(
        label=gettext_lazy("What is your shop called?"),
        min_length=3,
        max_length=120,
        help_text=gettext_lazy("As your customers know it."),
    )


class PlaceStep(forms.Form):
    """Where the shop is."""

    tempat = forms.CharField(
        label=gettext_lazy("In which nagari or kelurahan is it?"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Type the name or the postal code, then choose."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    village = forms.CharField(required=False, max_length=13)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=250,
        help_text=gettext_lazy("Buyers who pick things up come here. It can be written later."),
    )

    def clean(self) -> dict[str, Any]:
        """A place of this province."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if place(cleaned.get("village") or "") is None:
            self.add_error("tempat", _("Choose your nagari or kelurahan from the list."))
        return cleaned


class OfferStep(forms.Form):
    """What the shop sells."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you sell?"),
        choices=[
            (ShopKind.UMKM, gettext_lazy("Products I make or sell")),
            (ShopKind.OPERATOR, gettext_lazy("Tickets, tours or stays")),
        ],
        initial=ShopKind.UMKM,
        widget=forms.RadioSelect,
    )
    story_id = forms.CharField(
        label=gettext_lazy("Tell it in a sentence"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For example: sanjai crackers from our own kitchen since 1998."),
        widget=forms.Textarea({"rows": 3}),
    )


class PhoneStep(forms.Form):
    """How the shop is reached."""

    phone = forms.CharField(
        label=gettext_lazy("Phone number of the shop"),
        max_length=30,
        help_text=gettext_lazy("WhatsApp number. We tell you about new orders there, and who has ordered can ask you."),
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        """A number that can be dialled."""
        return dialled(str(self.cleaned_data["phone"]))


class SettingsForm(forms.Form):
    """What a shop says about itself, and what delivery costs."""

    name = forms.CharField(label=gettext_lazy("Name of the shop"), min_length=3, max_length=120)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=250,
        help_text=gettext_lazy("Buyers who pick things up come here."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone number of the shop"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("WhatsApp number. We tell you about new orders there, and who has ordered can ask you."),
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    story_id = forms.CharField(
        label=gettext_lazy("Story of the shop"), required=False, max_length=2000, widget=forms.Textarea({"rows": 4})
    )
    story_en = forms.CharField(
        label=gettext_lazy("Story in English"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    shipping = RupiahField(
        label=gettext_lazy("Cost of delivery"),
        required=False,
        help_text=gettext_lazy("One price per order, wherever it goes. Empty: pick-up only."),
    )
    offers_pick_up = forms.BooleanField(label=gettext_lazy("Buyers may pick things up at the shop"), required=False)

    def __init__(self, *args: Any, is_sample: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Sample numbers are visibly impossible, and stay as they are.
        self.fields["phone"].disabled = is_sample

    def clean_phone(self) -> str:
        """A number that can be dialled, if one is given."""
        phone = str(self.cleaned_data["phone"])
        return phone if not phone or self.fields["phone"].disabled else dialled(phone)


class BankAccountForm(forms.Form):
    """Where the shop's money goes."""

    bank = forms.ChoiceField(label=gettext_lazy("Bank"), choices=[("", gettext_lazy("Choose")), *BANKS.items()])
    number = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=30,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=gettext_lazy("Account holder"),
        max_length=120,
        help_text=gettext_lazy("As it stands in the bank book. The bank is asked whether it is right."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


def dialled(typed: str) -> str:
    """The typed number in one form."""
    try:
        return e164(typed)
    except DomainError as refusal:
        raise forms.ValidationError(refusal.sentence) from refusal
