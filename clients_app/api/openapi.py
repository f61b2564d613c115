"""The description of the REST API in OpenAPI 3.1, from its addresses and models (API-10)."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from clients_app.api import shapes
from clients_app.api.parameters import COUNT_DEFAULT, COUNT_MAX, VALUE_MAX
from clients_app.selectors.clients.shows import Show
from clients_app.services.activity.export import FORMATS

_PAGE: Final = ("skip", "count")
#: what an address may have in its query, by the last words of its path and the method
_QUERY: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("clients", "GET"): ("id", "tag", "query", "state", "expiresBefore", *_PAGE),
    ("clients", "POST"): ("confirmTenantAdministrator",),
    ("client", "PUT"): ("confirmTenantAdministrator", "keptSecretIds"),
    ("secrets", "GET"): ("query", *_PAGE),
    ("keys", "GET"): ("query", *_PAGE),
    ("identities", "GET"): ("query", *_PAGE),
    ("near_misses", "GET"): _PAGE,
    ("client_roles", "GET"): ("query", *_PAGE),
    ("client_roles", "PUT"): ("confirmTenantAdministrator", "keptSecretIds"),
    ("roles", "GET"): ("query", "roleTypeId", *_PAGE),
    ("role_clients", "GET"): _PAGE,
    ("apis", "GET"): ("query", *_PAGE),
    ("api", "DELETE"): ("removeFromClients",),
    ("activity", "GET"): (
        *("client", "person", "action", "outcome", "query", "from", "to", "count", "cursor"),
        "format",
    ),
    ("usage", "GET"): ("client", "api", "from", "to", "count", "cursor"),
}
_GUID: Final = {"type": "string", "format": "uuid"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string", "maxLength": VALUE_MAX, "pattern": "^[^\\u0000]*$"}
_BLANK: Final = {"type": "string", "pattern": "^\\s*$"}  # as if it were not there
_PARAMETERS: Final[Mapping[str, tuple[dict[str, Any], str]]] = {
    "id": ({"type": "array", "items": _GUID}, "Only the clients with these ids."),
    "tag": ({"type": "array", "items": _TEXT}, "Only the clients with all of these tags."),
    "query": (_TEXT, "A part of a name, id or tag; of a description of secrets, keys, identities."),
    "state": ({"enum": [one.value for one in Show if one]}, "Only the clients in this state."),
    "expiresBefore": (_MOMENT, "Only the clients with a live secret that expires before this."),
    "format": ({"enum": [*FORMATS]}, "All that matches as a file, without count and cursor."),
    "skip": (
        {"type": "integer", "minimum": 0, "maximum": 1_000_000_000, "default": 0},
        "How many to leave out.",
    ),
    "count": (
        {"type": "integer", "minimum": 1, "maximum": COUNT_MAX, "default": COUNT_DEFAULT},
        "How many to return at most.",
    ),
    "cursor": ({"type": "string"}, "The header Next-Cursor of an answer."),
    "roleTypeId": (_GUID, "Only roles of this type."),
    "client": (_GUID, "Only of this client."),
    "person": (_GUID, "Only of this person."),
    "api": (_GUID, "Only for this API."),
    "action": ({"type": "array", "items": _TEXT}, "Only these actions, such as client.added."),
    "outcome": ({"enum": ["done", "refused"]}, "Only what was done, or refused."),
    "from": (_MOMENT, "From this moment on."),
    "to": (_MOMENT, "Before this moment."),
    "confirmTenantAdministrator": (
        _TEXT,
        "The Name of the client, which confirms that it becomes a Tenant Administrator.",
    ),
    "keptSecretIds": (
        {"type": "string", "pattern": "^([0-9]{1,18}(,[0-9]{1,18})*)?$"},
        "If the client becomes privileged: the ids of its secrets that stay.",
    ),
    "removeFromClients": ({"enum": ["true", "false"]}, "Also from clients that may call it."),
}
_NUMBER: Final = {"type": "string", "pattern": "^[0-9]{1,18}$"}
_IDS: Final = {
    "tenant_id": (_GUID, "The tenant."),
    "client_id": (_GUID, "The client."),
    "role_id": (_GUID, "The role."),
    "api_id": (_GUID, "The API."),
    "secret_id": (_NUMBER, "The secret, a number."),
    "key_id": (_NUMBER, "The public key, a number."),
    "identity_id": (_NUMBER, "The federated identity, a number."),
}
_ERRORS: Final = {
    400: "A bad body, parameter or value. Reason names it.",
    401: "No access token, or one that is not valid here.",
    403: "The caller may not do that.",
    404: "There is nothing at this address, for this caller.",
    409: "A name or id is taken, or the request was sent before.",
    412: "It was changed since the ETag in If-Match.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not declared as JSON, or is compressed.",
    422: "The Idempotency-Key was used for another request.",
    429: "Too many requests: wait as long as Retry-After says.",
    503: "The portal cannot answer now: wait as long as Retry-After says.",
}
_BODY_ERRORS: Final = {409, 412, 413, 415, 422}


class BearerScheme(OpenApiAuthenticationExtension):
    """Access tokens of this portal."""

    target_class = "clients_app.api.authentication.BearerAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme of RFC 6750."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class Schema(AutoSchema):
    """Describes an operation by the tables above and the models of ``shapes``."""

    @property
    def _resource(self) -> str:
        """The name of what is at the address, such as client_roles."""
        view: Any = self.view
        return str(view.resource)

    @property
    def _word(self) -> str:
        """The word of the Client Type in the address, such as HybridClients; or empty."""
        word = self.path.split("/")[5] if self.path.count("/") >= 5 else ""
        return word if word in shapes.CLIENTS else ""

    def get_operation_id(self) -> str:
        """Return a name such as ``put_HybridClients_secret``."""
        return "_".join(filter(None, (self.method.lower(), self._word, self._resource)))

    def get_tags(self) -> list[str]:
        """Return the subject."""
        parts = self.path.split("/")
        return [parts[5] if len(parts) > 5 else "Tenant"]

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters of path, query and headers."""
        found = [
            _parameter(name, *about, OpenApiParameter.PATH)
            for name, about in _IDS.items()
            if f"{{{name}}}" in self.path
        ]
        for name in _QUERY.get((self._resource, self.method), ()):
            schema, about = _PARAMETERS[name]
            found.append(_parameter(name, _or_blank(schema), about, OpenApiParameter.QUERY))
        header = OpenApiParameter.HEADER
        if self.method == "POST" and self._resource != "test_token":
            about = "A text that makes the request act once within 24 hours."
            schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"}
            found.append(_parameter("Idempotency-Key", schema, about, header))
        if self.method in {"PUT", "DELETE"}:
            about = "The ETag of what the caller has read."
            found.append(_parameter("If-Match", {"type": "string"}, about, header))
        return found

    def get_filter_backends(self) -> list[Any]:
        """Return none: the table has the filters."""
        return []

    def _resolve_path_parameters(self, variables: list[str]) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        """Return the model of the body."""
        schema = shapes.body_of(self._resource, self.method, self._word)
        return {"application/json": schema} if schema else None

    def get_response_serializers(self) -> Any:
        """Return the model of each answer."""
        status, schema = shapes.answer_of(self._resource, self.method, self._word)
        description = "Done." if schema is None else "The answer."
        codes: dict[Any, Any] = {status: OpenApiResponse(response=schema, description=description)}
        has_body = self.method in {"POST", "PUT"}
        if self._resource == "activity":
            for one in FORMATS.values():
                kind = one.content_type.partition(";")[0]
                codes[status, kind] = OpenApiResponse(
                    response={"type": "string"}, description=description
                )
        for code, about in _ERRORS.items():
            if (
                code not in _BODY_ERRORS
                or has_body
                or (code in {409, 412} and self.method != "GET")
            ):
                model = shapes.ref("Error") if code != 414 else None  # answered before the portal
                codes[code] = OpenApiResponse(response=model, description=about)
        return codes


def _parameter(name: str, schema: dict[str, Any], about: str, where: Any) -> OpenApiParameter:
    required = where == OpenApiParameter.PATH
    return OpenApiParameter(name, schema, where, required, description=about)


def _or_blank(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter whose blank values do not count."""
    if "items" in schema:
        return {**schema, "items": _or_blank(schema["items"])}
    return {"anyOf": [schema, _BLANK]}
