"""Opening a shop: four short questions and a last look, then the province decides."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.errors import DomainError, InvalidInput
from foundation.limits import spend
from frontend.seller.forms import NameStep, OfferStep, PhoneStep, PlaceStep
from marketplace.shops.models import ShopKind
from marketplace.shops.services import ShopDraft
from marketplace.shops.services import open_shop as open_the_shop
from tourism.regions import queries as regions
from tourism.regions.models import Region

STEPS: tuple[type[forms.Form], ...] = (NameStep, PlaceStep, OfferStep, PhoneStep)
_KEPT = "shop_draft"
MOST_SHOPS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def open_shop(request: HttpRequest) -> HttpResponse:
    """One question a page; what was answered is kept until the shop is open."""
    draft: dict[str, Any] = request.session.get(_KEPT, {})
    if request.method == "POST" and not draft and request.GET.get("langkah") == str(len(STEPS) + 1):
        # The last button was tapped twice: the shop is there.
        return redirect("seller:home")
    number = step_of(request, draft)
    if number > len(STEPS):
        return finish(request, draft)
    form_class = STEPS[number - 1]
    if request.method != "POST" or "cari" in request.POST:
        typed = {name: request.POST[name] for name in form_class.base_fields if name in request.POST}
        return ask(request, number, form_class(initial=first_guess(request) | draft | typed))
    form = form_class(request.POST)
    if not form.is_valid():
        return ask(request, number, form, status=422)
    request.session[_KEPT] = draft | form.cleaned_data
    return redirect(f"{reverse('seller:open')}?langkah={number + 1}")


def step_of(request: HttpRequest, draft: dict[str, Any]) -> int:
    """Which question: the one asked for, but never past one without an answer."""
    asked = request.GET.get("langkah", "1")
    number = int(asked) if asked in {"1", "2", "3", "4", "5"} else 1
    needed = ("name", "village", "kind", "phone")
    answered = next((place for place, name in enumerate(needed) if not draft.get(name)), len(needed))
    return min(number, answered + 1)


def first_guess(request: HttpRequest) -> dict[str, Any]:
    """What the account already knows."""
    return {"phone": getattr(request.user, "phone", "") or ""}


def ask(request: HttpRequest, number: int, form: forms.Form, *, status: int = 200) -> HttpResponse:
    """The page of one question."""
    context: dict[str, Any] = {"form": form, "number": number, "of": len(STEPS) + 1, "nav_current": "account"}
    context["back_url"] = f"{reverse('seller:open')}?langkah={number - 1}" if number > 1 else ""
    if isinstance(form, PlaceStep):
        typed = str(form["tempat"].value() or "").replace("\x00", "")
        chosen = regions.place(str(form["village"].value() or ""))
        found = regions.find_places(typed, limit=8) if typed else []
        if chosen and chosen not in found:
            found = [chosen, *found]
        context |= {"places": found, "typed": typed, "chosen": chosen.code if chosen else ""}
    return render(request, "seller/open.html", context, status=status)


def finish(request: HttpRequest, draft: dict[str, Any]) -> HttpResponse:
    """The last look; then the shop waits for the province."""
    place = regions.place(draft["village"])
    if place is None:
        request.session[_KEPT] = draft | {"village": ""}
        return redirect(f"{reverse('seller:open')}?langkah=2")
    context = {
        "draft": draft,
        "place": place,
        "kind_words": dict(OfferStep.base_fields["kind"].choices)[draft["kind"]],  # type: ignore[attr-defined]
        "number": len(STEPS) + 1,
        "of": len(STEPS) + 1,
        "back_url": f"{reverse('seller:open')}?langkah={len(STEPS)}",
        "nav_current": "account",
    }
    if request.method != "POST":
        return render(request, "seller/open_last.html", context)
    user_id, now = int(request.user.pk or 0), timezone.now()
    try:
        spend("open-shop", str(user_id), most=MOST_SHOPS, within=timedelta(days=1))
        region = Region.objects.light().filter(code=place.regency_code).first()
        village = Region.objects.light().get(code=place.code)
        if region is None:
            raise InvalidInput(_("Choose your nagari or kelurahan from the list."))
        values = ShopDraft(
            name=draft["name"],
            region_id=region.pk,
            village_id=village.pk,
            kind=ShopKind(draft["kind"]),
            phone=draft["phone"],
            address=draft.get("address", ""),
            story_id=draft.get("story_id", ""),
        )
        shop = open_the_shop(owner_id=user_id, draft=values, now=now)
    except DomainError as refusal:
        return render(request, "seller/open_last.html", context | {"refused": refusal.sentence}, status=refusal.status)
    request.session.pop(_KEPT, None)
    messages.success(
        request, _("Your shop is made. You can list products at once; they appear when the province agrees.")
    )
    return redirect("seller:shop", shop=shop.slug)
