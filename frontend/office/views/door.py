"""The door of the office: one sign-in for all, so that a second factor is asked for here too."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import override
from django.views.decorators.http import require_safe


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send strangers to the sign-in and whoever has work here on; for everybody else there is no office."""
    home = reverse("wagtailadmin_home")
    wanted = request.GET.get("next", home)
    going_to = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else home
    if request.user.is_anonymous:
        # The admin speaks a regional Indonesian ("id-id") that no public address has.
        with override(settings.LANGUAGE_CODE):
            return redirect_to_login(going_to)
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    return redirect(going_to)
