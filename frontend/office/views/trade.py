"""Shops and listings of the whole province: look, approve, stop."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from frontend.office import journal
from frontend.office.access import OperatorOnly
from frontend.office.columns import MomentColumn, WordsColumn, linked
from frontend.parts.addresses import in_this_language
from marketplace.catalog.models import Listing, ListingKind, ListingStatus, Variant
from marketplace.catalog.services import MOST_TERSE, block_listing, publish_listing, unblock_listing
from marketplace.shops.models import Member, Shop, ShopKind, ShopStatus
from marketplace.shops.services import approve_shop, suspend_shop
from tourism.regions.models import Region


class ReasonForm(forms.Form):
    """Why: it is kept in the log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Kept in the log with your name."),
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, is_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_needed
        self.is_needed = is_needed

    def clean_reason(self) -> str:
        """Words that somebody can do something with."""
        reason = str(self.cleaned_data["reason"]).strip()
        if self.is_needed and len(reason) < MOST_TERSE:
            raise forms.ValidationError(_("Tell the seller why, in a few words."))
        return reason


def regencies(_request: HttpRequest | None = None) -> QuerySet[Region]:
    """The choices of a filter by region."""
    return Region.objects.light().regencies().order_by("short_name")


class RegionFilter(django_filters.ModelChoiceFilter):
    """A kabupaten or kota, by its short name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, queryset=regencies, label=gettext_lazy("Region"), **kwargs)


class ShopFilter(WagtailFilterSet):
    """Shops by status, kind and region."""

    status = django_filters.ChoiceFilter(label=gettext_lazy("Status"), choices=ShopStatus.choices)
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=ShopKind.choices)
    region = RegionFilter()

    class Meta:
        model = Shop
        fields: ClassVar = ["status", "kind", "region"]


class ShopsView(OperatorOnly, BaseListingView):
    """All shops, those that wait first."""

    model = Shop
    page_title = gettext_lazy("Shops")
    header_icon = "group"
    index_url_name = "office:shops"
    index_results_url_name = "office:shops_results"
    filterset_class = ShopFilter
    is_searchable = True
    search_fields: ClassVar = ["name", "slug"]
    paginate_by = 50
    verbose_name_plural = gettext_lazy("shops")
    default_ordering = "-pk"
    columns: ClassVar = [
        linked("name", label=gettext_lazy("Shop"), url_name="office:shop", accessor="name"),
        Column("region", label=gettext_lazy("Region"), accessor="region.short_name"),
        WordsColumn("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        StatusTagColumn(
            "status",
            label=gettext_lazy("Status"),
            accessor="get_status_display",
            primary=lambda shop: shop.status == ShopStatus.APPROVED,
        ),
        MomentColumn("opened_at", label=gettext_lazy("Open since")),
    ]

    def get_base_queryset(self) -> QuerySet[Shop]:
        """With its region in the same query."""
        return Shop.objects.select_related("region").defer("region__boundary")


class Decisions(OperatorOnly, WagtailAdminTemplateMixin, TemplateView):
    """One thing with the decisions that can be taken about it."""

    list_title: Any = ""
    list_url_name = ""

    def found(self) -> Any:
        """What it is about; 404 if there is no such thing."""
        raise NotImplementedError

    def decide(self, decision: str, reason: str) -> str:
        """Carry a decision out; returns the sentence that says so, or nothing for an unknown one."""
        raise NotImplementedError

    def needs_reason(self, decision: str) -> bool:
        """Whether somebody will be hurt by it and may ask why."""
        return decision in {"suspend", "hide"}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where this page is."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.list_url_name), "label": self.list_title},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_page_title(self) -> str:
        """The thing's own name."""
        return str(self.found())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, write it down, and come back."""
        decision = request.POST.get("decision", "")
        form = ReasonForm(request.POST, is_needed=self.needs_reason(decision))
        if not form.is_valid():
            answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
            return answer
        if sentence := self.decide(decision, form.cleaned_data["reason"]):
            messages.success(request, sentence)
        return redirect(request.path)


class ShopView(Decisions):
    """One shop: who is behind it, what it sells, and whether it may."""

    template_name = "office/shop.html"
    header_icon = "group"
    list_title = gettext_lazy("Shops")
    list_url_name = "office:shops"

    def found(self) -> Shop:
        """The shop, loaded once."""
        if not hasattr(self, "_shop"):
            rows = Shop.objects.select_related("region", "village", "merchant_account")
            self._shop = get_object_or_404(rows.defer("region__boundary", "village__boundary"), pk=self.kwargs["pk"])
        return self._shop

    def decide(self, decision: str, reason: str) -> str:
        """Approve or suspend."""
        shop, now = self.found(), timezone.now()
        if decision == "approve":
            approve_shop(shop_id=shop.pk, now=now)
            journal.note(action=journal.APPROVE_SHOP, about=shop, by=self.request.user, reason=reason)
            return _("%(shop)s is open now.") % {"shop": shop.name}
        if decision == "suspend":
            suspend_shop(shop_id=shop.pk, now=now)
            journal.note(action=journal.SUSPEND_SHOP, about=shop, by=self.request.user, reason=reason)
            return _("%(shop)s sells nothing from now on. Paid orders still have to be sent.") % {"shop": shop.name}
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What an operator looks at before deciding."""
        shop = self.found()
        listings = Listing.objects.filter(shop=shop).order_by("-changed_at", "-pk")
        members = Member.objects.filter(shop=shop).select_related("user").order_by("pk")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return (
            {"form": ReasonForm()}
            | context
            | {
                "shop": shop,
                "status_words": capfirst(str(ShopStatus(shop.status).label)),
                "is_open": shop.status == ShopStatus.APPROVED,
                "may_be_approved": shop.status != ShopStatus.APPROVED,
                "may_be_suspended": shop.status in (ShopStatus.APPROVED, ShopStatus.PENDING),
                "members": [(str(member.user), str(member.get_role_display())) for member in members],
                "listings": [
                    (
                        listing.title,
                        str(ListingStatus(listing.status).label),
                        reverse("office:listing", args=[listing.pk]),
                    )
                    for listing in listings[:20]
                ],
                "count": listings.count(),
                "history": journal.history(shop),
                "public_url": in_this_language(f"/toko/{shop.slug}/"),
            }
        )


class ListingFilter(WagtailFilterSet):
    """Listings by status, kind and region."""

    status = django_filters.ChoiceFilter(label=gettext_lazy("Status"), choices=ListingStatus.choices)
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=ListingKind.choices)
    region = RegionFilter(field_name="shop__region")

    class Meta:
        model = Listing
        fields: ClassVar = ["status", "kind", "region"]


class ListingsView(OperatorOnly, BaseListingView):
    """All listings, newest changes first."""

    model = Listing
    page_title = gettext_lazy("Listings")
    header_icon = "tag"
    index_url_name = "office:listings"
    index_results_url_name = "office:listings_results"
    filterset_class = ListingFilter
    is_searchable = True
    search_fields: ClassVar = ["title_id", "title_en", "shop__name"]
    paginate_by = 50
    verbose_name_plural = gettext_lazy("listings")
    columns: ClassVar = [
        linked("title", label=gettext_lazy("Listing"), url_name="office:listing", accessor="title"),
        Column("shop", label=gettext_lazy("Shop"), accessor="shop.name"),
        Column("region", label=gettext_lazy("Region"), accessor="shop.region.short_name"),
        WordsColumn("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        StatusTagColumn(
            "status",
            label=gettext_lazy("Status"),
            accessor="get_status_display",
            primary=lambda listing: listing.status == ListingStatus.PUBLISHED,
        ),
        MomentColumn("changed_at", label=gettext_lazy("Changed")),
    ]

    def get_base_queryset(self) -> QuerySet[Listing]:
        """With shop and region in the same query."""
        rows = Listing.objects.select_related("shop__region").defer("shop__region__boundary")
        return rows.order_by("-changed_at", "-pk")


class ListingView(Decisions):
    """One listing, and whether buyers see it."""

    template_name = "office/listing.html"
    header_icon = "tag"
    list_title = gettext_lazy("Listings")
    list_url_name = "office:listings"

    def found(self) -> Listing:
        """The listing, loaded once."""
        if not hasattr(self, "_listing"):
            offered = Prefetch("variants", Variant.objects.filter(is_active=True).order_by("position", "pk"), "offered")
            rows = Listing.objects.select_related("shop", "category", "destination").prefetch_related(offered)
            self._listing = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._listing

    def get_page_title(self) -> str:
        """Its title."""
        return self.found().title

    def decide(self, decision: str, reason: str) -> str:
        """Block, or let it be sold again."""
        listing, now = self.found(), timezone.now()
        if decision == "hide":
            block_listing(listing_id=listing.pk, reason=reason, now=now)
            journal.note(action=journal.HIDE_LISTING, about=listing, by=self.request.user, reason=reason)
            return _("Nobody can buy it any more, and its seller reads why. Carts that hold it say so.")
        if decision == "show":
            unblock_listing(listing_id=listing.pk, now=now)
            publish_listing(listing_id=listing.pk, now=now)
            journal.note(action=journal.SHOW_LISTING, about=listing, by=self.request.user, reason=reason)
            return _("It is for sale again.")
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What an operator looks at before deciding."""
        listing = self.found()
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return (
            {"form": ReasonForm()}
            | context
            | {
                "listing": listing,
                "variants": getattr(listing, "offered", ()),
                "status_words": capfirst(str(ListingStatus(listing.status).label)),
                "is_shown": listing.status in (ListingStatus.PUBLISHED, ListingStatus.PENDING),
                "is_blocked": listing.status == ListingStatus.BLOCKED,
                "history": journal.history(listing),
                "public_url": in_this_language(listing.url_path) if listing.status == ListingStatus.PUBLISHED else "",
            }
        )
