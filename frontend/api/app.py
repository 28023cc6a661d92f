"""The public API: read-only, open to every origin, gently limited, with errors in one plain shape."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError

from foundation.errors import DomainError
from frontend.api import searching
from frontend.api.docs import PlainDocs


class Problem(Schema):
    """What every refusal looks like."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


class OpenApi(NinjaAPI):
    """An API whose answers any page in any browser may read, and any proxy keep for a moment."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The answer, open to every origin."""
        response = super().create_response(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        if request.method == "GET" and response.status_code == 200:
            response["Cache-Control"] = "public, max-age=15"
        return response


api = OpenApi(
    title="Lapau",
    version="1",
    description="Places, events, stories, products, tickets and shops of the province, as the site itself finds them.",
    urls_namespace="api-1",
    docs=PlainDocs(),
    docs_url="/docs",
    openapi_url="/openapi.json",
)
api.add_router("", searching.router)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    """422 with the names of the parameters at fault."""
    fields = tuple(str(error["loc"][-1]) for error in invalid.errors)
    message = _("These parameters cannot be read: %(names)s.") % {"names": ", ".join(fields)}
    return answer(request, Problem(code="invalid_input", message=message, fields=fields), 422)


@api.exception_handler(DomainError)
def on_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A refusal of ours, with its own status."""
    return answer(request, Problem(code=refusal.code, message=refusal.sentence), refusal.status)


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, missing: Http404) -> HttpResponse:
    """404 as JSON."""
    return answer(request, Problem(code="not_found", message=_("There is nothing here.")), 404)


def answer(request: HttpRequest, problem: Problem, status: int) -> HttpResponse:
    """A problem as the answer."""
    return api.create_response(request, problem.model_dump(), status=status)


def nothing(request: HttpRequest) -> HttpResponse:
    """404 as JSON for addresses that nothing answers."""
    return on_missing(request, Http404())
