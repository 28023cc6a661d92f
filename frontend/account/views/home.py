"""The account: who I am, and the ways on from here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.models import User
from frontend.account.forms import NameForm
from frontend.parts.values import Link
from marketplace.shops.models import Member, MemberRole


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and what this person can do; for a guest, the ways to sign in or to find an order."""
    if not isinstance(request.user, User):
        return render(request, "account/guest.html", {"nav_current": "account"})
    form = NameForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("account:home")
    context = {"form": form, "person": request.user, "work": work(request.user), "nav_current": "account"}
    return render(request, "account/home.html", context, status=422 if form.errors else 200)


def work(user: User) -> list[Link]:
    """The rooms in which this person works: a shop, a gate, the office."""
    roles = set(Member.objects.filter(user=user).values_list("role", flat=True))
    rooms = []
    if roles & {MemberRole.OWNER, MemberRole.STAFF}:
        rooms.append((_("My shop"), "seller:home", _("Orders to pack, products, money")))
    if roles:
        rooms.append((_("Gate"), "gate:home", _("Check tickets")))
    if user.is_staff or user.has_perm("wagtailadmin.access_admin"):
        rooms.append((_("Office"), "wagtailadmin_home", _("Places, events, stories")))
    return [Link(title=title, url=url, note=note) for title, name, note in rooms if (url := address(name))]


def address(name: str) -> str:
    """Where a room is; nothing while it is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
