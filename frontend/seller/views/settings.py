"""The shop's own words, its address, and what delivery costs."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.errors import DomainError
from frontend.seller.counter import for_managers, frame
from frontend.seller.forms import SettingsForm
from marketplace.shipping.models import ShippingRate
from marketplace.shipping.services import set_rate
from marketplace.shops.models import Shop, ShopKind
from marketplace.shops.services import ShopDraft, change_shop


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def settings(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Change them."""
    rate = ShippingRate.objects.filter(shop=shop).first()
    initial = {name: getattr(shop, name) for name in ("name", "address", "phone", "story_id", "story_en")}
    initial |= {"shipping": rate.amount if rate else None, "offers_pick_up": rate.offers_pick_up if rate else True}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial, is_sample=shop.is_sample)
    if form.is_bound and form.is_valid():
        try:
            save(shop, form)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("seller:settings", shop=shop.slug)
    context = frame(shop, "shop") | {"form": form}
    return render(request, "seller/settings.html", context, status=422 if form.errors else 200)


@transaction.atomic
def save(shop: Shop, form: SettingsForm) -> None:
    """The shop and its delivery, together."""
    cleaned = form.cleaned_data
    draft = ShopDraft(
        name=cleaned["name"],
        region_id=shop.region_id,
        village_id=shop.village_id,
        kind=ShopKind(shop.kind),
        phone=cleaned["phone"],
        address=cleaned["address"],
        story_id=cleaned["story_id"],
        story_en=cleaned["story_en"],
        is_sample=shop.is_sample,
    )
    change_shop(shop_id=shop.pk, draft=draft, now=timezone.now())
    if cleaned["shipping"] is not None:
        set_rate(shop_id=shop.pk, amount=cleaned["shipping"], offers_pick_up=cleaned["offers_pick_up"])
