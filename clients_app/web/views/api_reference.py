"""REST API: every call with its parameters and models, from the OpenAPI description."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from clients_app.identity.actor import actor_of
from clients_app.web.access import screen
from clients_app.web.addresses import at
from clients_app.web.htmx import show

#: Returns the description; ``portal/urls.py`` sets it, because doors do not import each other.
describe: Callable[[], dict[str, Any]] = dict


_OF_TENANT: Final = "/api/v1/Tenants/{tenant_id}"


class Call(NamedTuple):
    """A call as the page shows it; ``short_path`` is what follows the address of the tenant."""

    id: str
    method: str
    path: str
    short_path: str
    about: str
    parameters: list[dict[str, Any]]
    body: list[tuple[str, str]]
    status: str
    answer: list[tuple[str, str]]
    example: str


@at("help/api-reference")
@screen()
def api_reference(request: HttpRequest) -> HttpResponse:
    """Show the calls by subject."""
    document, tenant_id = describe(), str(actor_of(request).tenant_id)
    subjects: dict[str, list[Call]] = {}
    for tag, call in _calls(document, tenant_id=tenant_id):
        subjects.setdefault(tag, []).append(call)
    error = document["components"]["schemas"]["Error"]["examples"][0]
    context = {
        "subjects": subjects.items(),
        "address": "/api/v1/openapi.json",
        "of_tenant": _OF_TENANT.replace("{tenant_id}", tenant_id),
        "error": _text(error),
    }
    title = gettext("REST API")
    return show(request, "help/api_reference", context, title=title, fragments=())


def _calls(document: dict[str, Any], *, tenant_id: str) -> Iterator[tuple[str, Call]]:
    models = document.get("components", {}).get("schemas", {})
    for path, methods in document.get("paths", {}).items():
        for method, one in methods.items():
            content = one.get("requestBody", {}).get("content", {})
            status, answer = next(
                (code, reply) for code, reply in one["responses"].items() if code[0] == "2"
            )
            yield (
                one["tags"][0],
                Call(
                    one["operationId"],
                    method.upper(),
                    path.replace("{tenant_id}", tenant_id),
                    path.removeprefix(_OF_TENANT),
                    one.get("description", ""),
                    [given for given in one["parameters"] if given["in"] != "path"],
                    _properties(content, models),
                    status,
                    _properties(answer.get("content", {}), models),
                    _example(content, answer.get("content", {})),
                ),
            )


def _example(sent: dict[str, Any], answered: dict[str, Any]) -> str:
    """Return an example of the body, if there is one, and of the answer."""
    bodies = [one.get("application/json", {}).get("example") for one in (sent, answered)]
    return "\n\n".join(_text(body) for body in bodies if body is not None)


def _text(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _properties(content: dict[str, Any], models: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the properties of a body, each with its type."""
    schema = content.get("application/json", {}).get("schema", {})
    model = _model(schema.get("items", schema), models)
    return [(name, _type_of(one, models)) for name, one in model.get("properties", {}).items()]


def _model(schema: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    name: str = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = models.get(name, schema)
    return found


def _type_of(schema: dict[str, Any], models: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return str(schema["const"]).lower()
    if "anyOf" in schema:
        return " or ".join(_type_of(one, models) for one in schema["anyOf"])
    kinds = schema.get("type", "")
    kind = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    inner = f" of {_type_of(schema['items'], models)}" if "items" in schema else ""
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{kind}{form}{inner}"
