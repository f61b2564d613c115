"""Parts of the JSON Schemas of the REST API, made from the serializers that read them."""

from typing import Any, Final

from clients_app.api.serializers import fields

GUID: Final = {"type": "string", "format": "uuid"}
MOMENT: Final = {"type": "string", "format": "date-time"}
STRING: Final = {"type": "string"}
WHOLE: Final = {"type": "integer"}
FLAG: Final = {"type": "boolean"}
OBJECT: Final = {"type": "object"}
TEXTS: Final = {"type": "object", "additionalProperties": STRING}
_TYPES: Final[list[tuple[type, dict[str, Any]]]] = [
    (fields.Guid, GUID),
    (fields.Moment, MOMENT),
    (fields.Flag, FLAG),
    (fields.Whole, WHOLE),
    (fields.Text, STRING),
]
_OTHERS: Final[dict[str, dict[str, Any]]] = {  # what no request sets
    "LastUsed": MOMENT,
    "Created": MOMENT,
    "LastFetched": MOMENT,
    **dict.fromkeys(("FetchFailure", "Grade", "GradeReason", "JwksUrl", "Thumbprint"), STRING),
    "Jwk": OBJECT,
    "AllowAccessTokensViaBrowser": {"const": False},
    "RoleScope": {"const": 1},
    "TenantId": GUID,
    "CommunityId": {"type": "null"},
    "RoleTypeId": GUID,
    "Id": GUID,
    "Identifier": STRING,
    "Name": STRING,
    "Description": STRING,
}
_NULLABLE: Final = {"LastUsed", "Expiration", "ExpirationDate", "CommunityId"}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a model."""
    return {"$ref": f"#/components/schemas/{name}"}


def read_model(model: type[fields.Model]) -> dict[str, Any]:
    """Return the schema of a model in an answer: it has all properties."""
    declared = {name: _type_of(field) for name, field in model().fields.items()}
    others = {name: _OTHERS[name] for name in (*model.fixed, *model.moving)}
    properties = {**others, **declared}
    return whole(
        {
            name: or_null(schema) if name in _NULLABLE else schema
            for name, schema in properties.items()
        }
    )


def sent_model(model: type[fields.Model], *, requires: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of a model in a body: null means the same as an absent property."""
    declared = {
        name: _type_of(field) if name in requires else or_null(_type_of(field))
        for name, field in model().fields.items()
    }
    others = {name: or_null(_OTHERS[name]) for name in (*model.fixed, *model.moving)}
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
        return sent_model(type(field), requires=("Name",))
    if isinstance(field, fields.Json):
        return {"type": ["object", "string"]}
    if isinstance(field, fields.Inner):
        return ref(field.body)
    if isinstance(field, fields.Texts):
        return TEXTS
    return next(dict(schema) for kind, schema in _TYPES if isinstance(field, kind))


def whole(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has all ``properties``."""
    required = [name for name in properties if name != "EncryptedSecret"]
    return {"type": "object", "properties": dict(properties), "required": required}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the same or null."""
    kind = schema.get("type")
    if kind is None:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = [kind] if isinstance(kind, str) else list(kind)
    return schema if "null" in kinds else {**schema, "type": [*kinds, "null"]}
