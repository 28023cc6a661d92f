"""HTTP in its smallest form: a request, an answer, and which function answers which address."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from wsgiref.types import WSGIEnvironment

from demo.simulator.state import Json, Merchant, World


@dataclass(frozen=True)
class Request:
    """What came in. ``base_url`` is the address under which the client sees us."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str

    @classmethod
    def read(cls, environ: WSGIEnvironment, public_url: str) -> "Request":
        """Take a request from the server."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") and isinstance(value, str)
        }
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", "/"),
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""))),
            headers=headers,
            body=environ["wsgi.input"].read(length) if length else b"",
            base_url=public_url or f"{environ['wsgi.url_scheme']}://{headers.get('host', 'localhost')}",
        )

    def json(self) -> Json | None:
        """The body as a JSON object; None if it is none."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    def form(self) -> dict[str, str]:
        """The body as the fields of a form."""
        return dict(parse_qsl(self.body.decode(errors="replace")))

    def basic_user(self) -> str:
        """The key that signs in: the user name, with an empty password; empty if there is none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(token).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return name if kind.lower() == "basic" and not password else ""

    def merchant(self, world: World) -> Merchant | None:
        """Who signs in: the server key is the user name, the password is empty."""
        return world.by_server_key(self.basic_user())


@dataclass(frozen=True)
class Response:
    """What goes out."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Json | None:
        """The body as a JSON object; None if it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def status_line(self) -> str:
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} Unknown"


def as_json(body: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(status, json.dumps(body, default=str).encode())


def see_other(url: str) -> Response:
    """Send a browser elsewhere, to be asked for with GET."""
    return Response(303, headers={"Location": url})


def with_query(url: str, **parameters: str) -> str:
    """Add parameters to an address that may have some already."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()])
    return urlunsplit(parts._replace(query=query))


type Handler = Callable[..., Response]


@dataclass(frozen=True)
class Route:
    """An address, by method and pattern; ``endpoint`` is the name that faults know it by."""

    method: str
    pattern: re.Pattern[str]
    endpoint: str
    handler: Handler


def route(method: str, path: str, endpoint: str, handler: Handler) -> Route:
    """Answer ``path``, in which ``{name}`` stands for one segment, by ``handler(world, request, name=...)``."""
    return Route(method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), endpoint, handler)


def find_route(routes: Iterable[Route], request: Request) -> tuple[Route, dict[str, str]] | None:
    """The route of a request and the segments of its address."""
    for candidate in routes:
        match = candidate.pattern.fullmatch(request.path)
        if match and candidate.method == request.method:
            return candidate, match.groupdict()
    return None
