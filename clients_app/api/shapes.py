"""The models of the REST API as JSON Schemas, made from the serializers that read them."""

from typing import Any, Final

from clients_app.api.credential_shapes import credential_models, new_client
from clients_app.api.schemas import (
    GUID,
    MOMENT,
    STRING,
    WHOLE,
    or_null,
    read_model,
    ref,
    sent_model,
    whole,
)
from clients_app.api.serializers import apis, clients, roles
from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, HYBRID

#: by the word in the address: the names of the model, and of a new one with its secret
CLIENTS: Final = {
    "ClientCredentialClients": ("ClientCredentialClient", CLIENT_CREDENTIALS),
    "AuthorizationCodeClients": ("AuthorizationCodeClient", AUTHORIZATION_CODE),
    "HybridClients": ("HybridClient", HYBRID),
}


def components() -> dict[str, Any]:
    """Return all models by name: what answers hold, and with ``Body`` at the end, what is sent."""
    found: dict[str, Any] = {
        "Error": whole(dict.fromkeys(("OperationId", "Error", "Reason", "Resolution"), STRING)),
        "Tenant": whole(
            {
                "Id": GUID,
                "CompanyName": STRING,
                "State": WHOLE,
                "Created": MOMENT,
                "LastUpdated": MOMENT,
                "Alias": STRING,
            }
        ),
        "Activity": whole(
            {
                "Number": or_null(WHOLE),
                "Time": MOMENT,
                **dict.fromkeys(("Action", "Outcome", "Event"), STRING),
                "ClientId": or_null(GUID),
                **dict.fromkeys(
                    ("ActorKind", "ActorId", "ActorName", "Address", "OperationId"),
                    or_null(STRING),
                ),
                **{name: {"type": ["object", "null"]} for name in ("Before", "After")},
            }
        ),
        "Usage": whole(
            {
                **dict.fromkeys(("ClientId", "ApiId"), GUID),
                "Hour": MOMENT,
                "Scope": STRING,
                "Tokens": WHOLE,
                "LastUsed": MOMENT,
            }
        ),
    }
    for name, kind in CLIENTS.values():
        found[name] = read_model(clients.MODELS[kind.id])
        found[f"{name}Body"] = sent_model(clients.MODELS[kind.id])
        found[f"New{name}Body"] = sent_model(clients.NEW_MODELS[kind.id], requires=("Name",))
        if kind.has_secrets:
            found[f"New{name}"] = new_client(name)
    found |= credential_models()
    found |= {
        "Role": read_model(roles.RoleModel),
        "RoleBody": sent_model(roles.RoleModel),
        "HeldRoleBody": sent_model(roles.HeldRoleModel, requires=("Id",)),
        "Api": read_model(apis.ApiModel),
        "ApiBody": sent_model(apis.ApiModel),
        "MayCall": read_model(apis.MayCallModel),
        "MayCallBody": sent_model(apis.MayCallModel, requires=("ApiId",)),
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
        "keys": "NewPublicKeyBody",
        "key": "PublicKeyBody",
        "rotate_key": "RotatePublicKeyBody",
        "identities": "FederatedIdentityBody",
        "identity": "FederatedIdentityBody",
        "test_token": "TokenBody",
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
    if method == "POST" and resource != "test_token":
        has_secret = word and CLIENTS[word][1].has_secrets
        new = {
            "clients": f"New{client}" if has_secret else client,
            "secrets": "NewClientSecret",
            "rotate": "RotatedClientSecret",
            "keys": "NewPublicKey",
            "rotate_key": "RotatedPublicKey",
            "identities": "NewFederatedIdentity",
            "roles": "Role",
            "apis": "Api",
        }
        return 201, ref(new[resource])
    one = {
        "tenant": "Tenant",
        "client": client,
        "secret": "ClientSecret",
        "key": "PublicKey",
        "identity": "FederatedIdentity",
        "role": "Role",
        "api": "Api",
    }
    if resource in one:
        return 200, ref(one[resource])
    several = {
        "clients": client,
        "role_clients": client,
        "secrets": "ClientSecret",
        "keys": "PublicKey",
        "identities": "FederatedIdentity",
        "near_misses": "NearMiss",
        "test_token": "Trial",
        "client_roles": "Role",
        "roles": "Role",
        "client_apis": "MayCall",
        "apis": "Api",
        "activity": "Activity",
        "usage": "Usage",
    }
    return 200, {"type": "array", "items": ref(several[resource])}
