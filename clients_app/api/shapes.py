"""The models of the REST API as JSON Schemas, made from the serializers that read them."""

from typing import Any, Final

from rest_framework import serializers

from clients_app.api.serializers import apis, clients, fields, roles, secrets
from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, HYBRID

#: by the word in the address: the names of the model, and of a new one with its secret
CLIENTS: Final = {
    "ClientCredentialClients": ("ClientCredentialClient", CLIENT_CREDENTIALS),
    "AuthorizationCodeClients": ("AuthorizationCodeClient", AUTHORIZATION_CODE),
    "HybridClients": ("HybridClient", HYBRID),
}
_GUID: Final = {"type": "string", "format": "uuid"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_STRING: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_FLAG: Final = {"type": "boolean"}
_TYPES: Final[list[tuple[type, dict[str, Any]]]] = [
    (fields.Guid, _GUID),
    (fields.Moment, _MOMENT),
    (fields.Flag, _FLAG),
    (fields.Whole, _WHOLE),
    (fields.Text, _STRING),
]
_OTHERS: Final[dict[str, dict[str, Any]]] = {  # what no request sets
    "LastUsed": _MOMENT,
    "Created": _MOMENT,
    "AllowAccessTokensViaBrowser": {"const": False},
    "RoleScope": {"const": 1},
    "TenantId": _GUID,
    "CommunityId": {"type": "null"},
    "RoleTypeId": _GUID,
    "Id": _GUID,
    "Identifier": _STRING,
    "Name": _STRING,
    "Description": _STRING,
}
_NULLABLE: Final = {"LastUsed", "Expiration", "ExpirationDate", "CommunityId"}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a model."""
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Any]:
    """Return all models by name: what answers hold, and with ``Body`` at the end, what is sent."""
    found: dict[str, Any] = {
        "Error": _whole(dict.fromkeys(("OperationId", "Error", "Reason", "Resolution"), _STRING)),
        "Tenant": _whole(
            {
                "Id": _GUID,
                "CompanyName": _STRING,
                "State": _WHOLE,
                "Created": _MOMENT,
                "LastUpdated": _MOMENT,
                "Alias": _STRING,
            }
        ),
        "Activity": _whole(
            {
                "Number": _or_null(_WHOLE),
                "Time": _MOMENT,
                **dict.fromkeys(("Action", "Outcome", "Event"), _STRING),
                "ClientId": _or_null(_GUID),
                **dict.fromkeys(
                    ("ActorKind", "ActorId", "ActorName", "Address", "OperationId"),
                    _or_null(_STRING),
                ),
                **{name: {"type": ["object", "null"]} for name in ("Before", "After")},
            }
        ),
        "Usage": _whole(
            {
                **dict.fromkeys(("ClientId", "ApiId"), _GUID),
                "Hour": _MOMENT,
                "Scope": _STRING,
                "Tokens": _WHOLE,
                "LastUsed": _MOMENT,
            }
        ),
    }
    for name, kind in CLIENTS.values():
        found[name] = _read(clients.MODELS[kind.id])
        found[f"{name}Body"] = _sent(clients.MODELS[kind.id])
        found[f"New{name}Body"] = _sent(clients.NEW_MODELS[kind.id], requires=("Name",))
        if kind.has_secrets:
            found[f"New{name}"] = _whole(
                {
                    "Secret": {"type": "string", "pattern": "^pcs_[0-9A-Za-z]{49}$"},
                    "Id": _WHOLE,
                    "Description": _STRING,
                    "ExpirationDate": _or_null(_MOMENT),
                    "Client": ref(name),
                }
            )
    found |= _secrets()
    found |= {
        "Role": _read(roles.RoleModel),
        "RoleBody": _sent(roles.RoleModel),
        "HeldRoleBody": _sent(roles.HeldRoleModel, requires=("Id",)),
        "Api": _read(apis.ApiModel),
        "ApiBody": _sent(apis.ApiModel),
        "MayCall": _read(apis.MayCallModel),
        "MayCallBody": _sent(apis.MayCallModel, requires=("ApiId",)),
    }
    return found


def body_of(resource: str, method: str, word: str) -> dict[str, Any] | None:
    """Return the schema of the body of a request, None if it has none."""
    if method not in {"POST", "PUT"}:
        return None
    if resource in {"client", "clients"}:
        name = CLIENTS[word][0]
        return ref(f"New{name}Body" if method == "POST" else f"{name}Body")
    bodies = {
        "secrets": "ClientSecretBody",
        "secret": "ClientSecretBody",
        "rotate": "RotateBody",
        "roles": "RoleBody",
        "role": "RoleBody",
        "apis": "ApiBody",
        "api": "ApiBody",
    }
    lists = {"client_roles": "HeldRoleBody", "client_apis": "MayCallBody"}
    if resource in lists:
        return {"type": "array", "maxItems": 1000, "items": ref(lists[resource])}
    return ref(bodies[resource])


def answer_of(resource: str, method: str, word: str) -> tuple[int, dict[str, Any] | None]:
    """Return the status of a good answer and the schema of its body."""
    if method == "DELETE":
        return 204, None
    client = CLIENTS[word][0] if word else "ClientCredentialClient"
    if method == "POST":
        has_secret = word and CLIENTS[word][1].has_secrets
        new = {
            "clients": f"New{client}" if has_secret else client,
            "secrets": "NewClientSecret",
            "rotate": "RotatedClientSecret",
            "roles": "Role",
            "apis": "Api",
        }
        return 201, ref(new[resource])
    one = {
        "tenant": "Tenant",
        "client": client,
        "secret": "ClientSecret",
        "role": "Role",
        "api": "Api",
    }
    if resource in one:
        return 200, ref(one[resource])
    several = {
        "clients": client,
        "role_clients": client,
        "secrets": "ClientSecret",
        "client_roles": "Role",
        "roles": "Role",
        "client_apis": "MayCall",
        "apis": "Api",
        "activity": "Activity",
        "usage": "Usage",
    }
    return 200, {"type": "array", "items": ref(several[resource])}


def _secrets() -> dict[str, Any]:
    read = {
        "Id": _WHOLE,
        "Description": _STRING,
        "Expiration": _or_null(_MOMENT),
        "Expires": _FLAG,
        "Created": _MOMENT,
    }
    old = _whole(read)
    either = {"Secret": _STRING, "EncryptedSecret": _STRING}
    rotated = _whole({**read, "OldSecret": old})
    rotated["properties"] |= either
    sent = _sent(secrets.NewSecretModel)
    sent["properties"] |= {"Id": _or_null(_WHOLE), "LastUsed": _or_null(_MOMENT)}
    return {
        "ClientSecret": _whole({**read, "LastUsed": _or_null(_MOMENT)}),
        "NewClientSecret": _whole({"Secret": _STRING, **read}),
        "RotatedClientSecret": rotated,
        "ClientSecretBody": sent,
        "RotateBody": _sent(secrets.RotateModel),
    }


def _read(model: type[fields.Model]) -> dict[str, Any]:
    """Return the schema of a model in an answer: it has all properties."""
    declared = {name: _type_of(field) for name, field in model().fields.items()}
    others = {name: _OTHERS[name] for name in (*model.fixed, *model.moving)}
    properties = {**others, **declared}
    return _whole(
        {
            name: _or_null(schema) if name in _NULLABLE else schema
            for name, schema in properties.items()
        }
    )


def _sent(model: type[fields.Model], *, requires: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of a model in a body: null means the same as an absent property."""
    declared = {
        name: _type_of(field) if name in requires else _or_null(_type_of(field))
        for name, field in model().fields.items()
    }
    others = {name: _or_null(_OTHERS[name]) for name in (*model.fixed, *model.moving)}
    schema = {
        "type": "object",
        "properties": {**others, **declared},
        "additionalProperties": False,
    }
    return {**schema, "required": list(requires)} if requires else schema


def _type_of(field: Any) -> dict[str, Any]:
    if isinstance(field, fields.Several):
        return {"type": "array", "maxItems": 1000, "items": _type_of(field.child)}
    if isinstance(field, fields.Model):
        return _sent(type(field), requires=("Name",))
    if isinstance(field, serializers.JSONField):
        return {"type": ["object", "string"]}
    return next(dict(schema) for kind, schema in _TYPES if isinstance(field, kind))


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    required = [name for name in properties if name != "EncryptedSecret"]
    return {"type": "object", "properties": dict(properties), "required": required}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if kind is None:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = [kind] if isinstance(kind, str) else list(kind)
    return schema if "null" in kinds else {**schema, "type": [*kinds, "null"]}
