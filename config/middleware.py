"""What every request passes before the house: health, the right host, the right content policy."""

from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.urls import resolve
from django.utils.translation import activate
from wagtail.models import Site

from cms.tenancy.queries import hostnames

type GetResponse = Callable[[HttpRequest], HttpResponse]

# Paths that machines call by whatever name they know; a redirect would lose a notification.
ANY_HOST_PATHS = ("/healthz", "/readyz", "/api/", "/payments/", "/payouts/")
# What Midtrans calls, up to some hundred times a second.
NOTIFICATION_PATHS = ("/payments/midtrans/notification/", "/payments/midtrans/notification")


class HealthMiddleware:
    """Answer /healthz, /readyz and notifications before sessions, hosts and languages have a say."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return self.readiness()
        if request.path in NOTIFICATION_PATHS:
            # Whoever sends it has no cookie and reads no page; nothing of what follows would do anything but cost.
            found = resolve(request.path_info)
            answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
            return answer
        return self.get_response(request)

    @staticmethod
    def readiness() -> HttpResponse:
        """200 when the database answers and has a province to show, else 503."""
        try:
            connection.ensure_connection()
            ready = Site.objects.filter(is_default_site=True).exists()
        except OperationalError:
            ready = False
        return JsonResponse({"status": "ready" if ready else "not ready"}, status=200 if ready else 503)


class HostMiddleware:
    """Send names that are no site of ours to the province's own, so cookies and links are always right."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host().rsplit(":", 1)[0].lower()
        if request.path.startswith(ANY_HOST_PATHS) or self.is_ours(host):
            return self.get_response(request)
        return HttpResponsePermanentRedirect(settings.SITE_ORIGIN + request.get_full_path())

    @staticmethod
    def is_ours(host: str) -> bool:
        """Whether a site answers to this name; a site may have a hostname outside the common domain."""
        return host == settings.SITE_DOMAIN or host in hostnames() or host in hostnames(anew=True)


class AdminLanguageMiddleware:
    """Speak Indonesian in the admin under the name that Wagtail's catalogue has; an account may choose another."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/"):
            activate(settings.WAGTAILADMIN_PERMITTED_LANGUAGES[0][0])
        return self.get_response(request)


class PolicyMiddleware(ContentSecurityPolicyMiddleware):
    """The strict content policy everywhere; the Wagtail admin, whose templates hold inline scripts, a looser one."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP  # type: ignore[attr-defined]
        answer: HttpResponse = super().process_response(request, response)
        return answer
