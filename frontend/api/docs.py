"""The API's page for people: written by the server from the OpenAPI description, without any script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    type: str
    default: str
    description: str


@dataclass(frozen=True)
class Operation:
    """One address that can be asked."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[Parameter, ...]


class PlainDocs(DocsBase):
    """A page of the site instead of a viewer from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Every operation with its parameters and answers."""
        schema = api.get_openapi_schema()
        context = {
            "title": schema["info"]["title"],
            "version": schema["info"]["version"],
            "openapi_url": self.get_openapi_url(api, kwargs),
            "operations": list(operations(schema)),
        }
        return render(request, "api/docs.html", context)


def operations(schema: Mapping[str, Any]) -> Iterator[Operation]:
    """The operations of an OpenAPI description, in its order."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield Operation(
                method=method.upper(),
                path=path,
                summary=operation.get("summary", ""),
                description=operation.get("description", ""),
                parameters=tuple(
                    _parameter(entry["name"], entry["schema"]) for entry in operation.get("parameters", ())
                ),
                answers=tuple(_answers(schema, operation)),
            )


def _answers(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Parameter]:
    content = operation["responses"].get(200, {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    answer = schema["components"]["schemas"].get(reference.rpartition("/")[2], {})
    for name, field in answer.get("properties", {}).items():
        yield _parameter(name, field)


def _parameter(name: str, field: Mapping[str, Any]) -> Parameter:
    default = field.get("default")
    return Parameter(
        name=name,
        type=_type(field),
        default="" if default in (None, "", False) else str(default),
        description=field.get("description", ""),
    )


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " | ".join(_type(option) for option in field["anyOf"] if option.get("type") != "null")
    if field.get("type") == "array":
        return f"[{_type(field['items'])}]"
    return str(field.get("format") or field.get("type", ""))
