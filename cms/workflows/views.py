"""Closures in the admin: who may edit a place may say that it is closed, and that it is open again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cms.workflows import queries
from cms.workflows.forms import ClosureForm, PlaceForm
from foundation.errors import DomainError
from tourism.destinations import services
from tourism.destinations.facts import ClosureKind
from tourism.destinations.models import Closure


@require_safe
def closures(request: HttpRequest) -> HttpResponse:
    """What is closed now or will be."""
    context = {
        "page_title": _("Closures"),
        "header_icon": "warning",
        "closures": queries.closures_for(request.user, now=timezone.now()),
        "now": timezone.now(),
        "may_close": queries.closable_destinations(request.user).exists(),
    }
    return render(request, "workflows/closures.html", context)


@require_safe
def choose_place(request: HttpRequest) -> HttpResponse:
    """Which place is to be marked closed."""
    form = PlaceForm(request.GET or None, places=queries.closable_destinations(request.user))
    if form.is_bound and form.is_valid():
        return redirect("closure_add", destination_id=form.cleaned_data["place"].pk)
    context = {"page_title": _("Mark a place as closed"), "header_icon": "warning", "form": form}
    return render(request, "workflows/choose_place.html", context)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, destination_id: int) -> HttpResponse:
    """The form that declares a place closed."""
    place = get_object_or_404(queries.closable_destinations(request.user), pk=destination_id)
    form = ClosureForm(request.POST or None)
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        try:
            services.close(
                destination_ids=[place.pk],
                kind=ClosureKind(answers["kind"]),
                starts_at=answers["starts_at"],
                ends_at=answers["ends_at"],
                reason_id=answers["reason_id"],
                reason_en=answers["reason_en"],
                declared_by_id=request.user.pk,
                now=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("%(place)s is marked. Pages, tickets and search say so now.") % {"place": place.name}
            )
            return redirect("closures")
    context = {
        "page_title": _("Mark as closed"),
        "page_subtitle": place.name,
        "header_icon": "warning",
        "form": form,
        "place": place,
        "back_url": reverse("closures"),
    }
    return render(request, "workflows/close.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, closure_id: int) -> HttpResponse:
    """Ask once more, then lift a closure."""
    mine = Closure.objects.filter(destination__in=queries.closable_destinations(request.user).order_by())
    closure = get_object_or_404(mine.select_related("destination"), pk=closure_id)
    if request.method == "POST":
        try:
            services.lift(closure_id=closure.pk, lifted_by_id=request.user.pk, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(place)s is open again.") % {"place": closure.destination.name})
        return redirect("closures")
    context = {
        "page_title": _("Open again"),
        "page_subtitle": closure.destination.name,
        "header_icon": "check",
        "closure": closure,
    }
    return render(request, "workflows/reopen.html", context)
