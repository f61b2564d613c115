"""The addresses of the REST API: what each method does, and what it answers where that is allowed.

A new address needs one line in ROWS; `test_matrix.py` derives the rest.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from clients_app.actions import Action
from clients_app.models import Client
from tests.selectors.tenant_world import World

M, A, H = (f"{word}Clients" for word in ("ClientCredential", "AuthorizationCode", "Hybrid"))
ONE: Final = "/<client_id>"
NEW_KEY: Final = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
OTHER_KEY: Final = {**NEW_KEY, "x": "ZRjz4WJT5S7BTtqcKp4BqucO66wpZPukdr8oVRAde98"}
RULES: Final = {"Issuer": "https://issuer.example.com", "Subject": "job:build"}
NEW_IDENTITY: Final = {
    "Platform": "github",
    "Fields": {"owner": "octo-org", "repository": "octo-repo", "environment": "production"},
}


class Subjects(NamedTuple):
    """The rows of a tenant that the addresses are about."""

    world: World
    hybrid: Client
    public: Client

    def on(self, address: str) -> str:
        """Return an address below the tenant, with the ids of the rows."""
        client = {"HybridClients": self.hybrid, "AuthorizationCodeClients": self.public}
        row = client.get(address.split("/")[0], self.world.client)
        firsts = (
            (f"{name}_id", rows.order_by("pk").first())
            for name, rows in (
                ("secret", row.secrets),
                ("key", row.keys),
                ("identity", row.identities),
            )
        )
        for name, value in (
            ("client_id", row.pk),
            *((name, first.pk if first else 0) for name, first in firsts),
            ("role_id", self.world.role.pk),
            ("api_id", self.world.api.pk),
        ):
            address = address.replace(f"<{name}>", str(value))
        return address

    def client_at(self, address: str) -> Client | None:
        """Return the client that an address is about."""
        rows = {"C": self.world.client, "H": self.hybrid, "A": self.public}
        return rows[address[0]] if "<client_id>" in address else None


class Call(NamedTuple):
    """A method: the action that it needs, its status, what it sends, and whether it is a change."""

    action: Action | None
    status: int = 200
    body: Callable[[Subjects], Any] | None = None
    query: str = ""
    keeps: bool = True

    @property
    def changes(self) -> bool:
        return self.keeps and (self.body is not None or self.status == 204)


def _with(value: Any) -> Callable[[Subjects], Any]:
    return lambda _: value


_SECRETS: Final = {
    "GET": Call(Action.READ_SECRETS),
    "POST": Call(Action.ADD_SECRET, 201, _with({"Description": "new"})),
}
_SECRET: Final = {
    "GET": Call(Action.READ_SECRETS),
    "PUT": Call(Action.EDIT_SECRET, 200, _with({"Description": "other"})),
    "DELETE": Call(Action.REMOVE_SECRET, 204),
}
_ROTATE: Final = {"POST": Call(Action.ROTATE_SECRET, 201, _with({}))}
_KEYS: Final = {
    "GET": Call(Action.READ_SECRETS),
    "POST": Call(Action.ADD_CREDENTIAL, 201, _with({"Key": NEW_KEY})),
}
_KEY: Final = {
    "GET": Call(Action.READ_SECRETS),
    "PUT": Call(Action.EDIT_CREDENTIAL, 200, _with({"Description": "other"})),
    "DELETE": Call(Action.REMOVE_CREDENTIAL, 204),
}
_ROTATE_KEY: Final = {"POST": Call(Action.ADD_CREDENTIAL, 201, _with({"Key": OTHER_KEY}))}
_IDENTITIES: Final = {
    "GET": Call(Action.READ_SECRETS),
    "POST": Call(Action.ADD_CREDENTIAL, 201, _with(NEW_IDENTITY)),
}
_IDENTITY: Final = {
    "GET": Call(Action.READ_SECRETS),
    "PUT": Call(Action.EDIT_CREDENTIAL, 200, _with({"Description": "other"})),
    "DELETE": Call(Action.REMOVE_CREDENTIAL, 204),
}
_TEST_TOKEN: Final = {
    "POST": Call(Action.READ_SECRETS, 200, _with({"Token": "e30.e30.AA"}), keeps=False)
}
_CLIENT: Final = {
    "GET": Call(Action.READ_CLIENTS),
    "PUT": Call(Action.EDIT_CLIENT, 200, _with({"Description": "other"})),
    "DELETE": Call(Action.REMOVE_CLIENT, 204),
}
_CLIENT_APIS: Final = {
    "GET": Call(Action.READ_CLIENTS),
    "PUT": Call(Action.ASSIGN_APIS, 200, _with([])),
}


def _clients(word: str, new: dict[str, Any]) -> dict[str, dict[str, Call]]:
    clients = {
        "GET": Call(Action.READ_CLIENTS),
        "POST": Call(Action.ADD_CLIENT, 201, _with({"Name": f"New of {word}", **new})),
    }
    of_client = {"": _CLIENT, "/Apis": _CLIENT_APIS}
    if word != "AuthorizationCodeClients":
        of_client |= {"/Secrets": _SECRETS, "/Secrets/<secret_id>": _SECRET}
        of_client |= {"/Secrets/<secret_id>/Rotate": _ROTATE}
        of_client |= {"/PublicKeys": _KEYS, "/PublicKeys/<key_id>": _KEY}
        of_client |= {"/PublicKeys/<key_id>/Rotate": _ROTATE_KEY}
        of_client |= {"/FederatedIdentities": _IDENTITIES}
        of_client |= {"/FederatedIdentities/<identity_id>": _IDENTITY}
        of_client |= {"/NearMisses": {"GET": Call(Action.READ_SECRETS)}}
        of_client |= {"/TestToken": _TEST_TOKEN}
    return {word: clients} | {
        f"{word}/<client_id>{rest}": calls for rest, calls in of_client.items()
    }


#: below /api/v1/Tenants/<tenant_id>, by method; HEAD is as GET
ROWS: Final[dict[str, dict[str, Call]]] = {
    "": {"GET": Call(None)},
    **_clients("ClientCredentialClients", {}),
    **_clients("AuthorizationCodeClients", {"RedirectUris": ["https://new.example/"]}),
    **_clients("HybridClients", {"RedirectUris": ["https://new.example/"]}),
    "ClientCredentialClients/<client_id>/Roles": {
        "GET": Call(Action.READ_CLIENTS),
        "PUT": Call(Action.ASSIGN_ROLES, 200, _with([])),
    },
    "Roles": {
        "GET": Call(Action.READ_ROLES),
        "POST": Call(Action.ADD_ROLE, 201, _with({"Name": "New"})),
    },
    "Roles/<role_id>": {
        "GET": Call(Action.READ_ROLES),
        "PUT": Call(Action.EDIT_ROLE, 200, _with({"Description": "other"})),
        "DELETE": Call(Action.REMOVE_ROLE, 204),
    },
    "Roles/<role_id>/ClientCredentialClients": {"GET": Call(Action.READ_CLIENTS)},
    "Apis": {
        "GET": Call(Action.READ_APIS),
        "POST": Call(Action.ADD_API, 201, _with({"Name": "New", "Identifier": "urn:new:api"})),
    },
    "Apis/<api_id>": {
        "GET": Call(Action.READ_APIS),
        "PUT": Call(Action.EDIT_API, 200, _with({"Description": "other"})),
        "DELETE": Call(Action.REMOVE_API, 204, query="?removeFromClients=true"),
    },
    "Activity": {"GET": Call(Action.READ_ACTIVITY)},
    "Usage": {"GET": Call(Action.READ_ACTIVITY)},
}
#: every call as it is parametrised: address, method, what it does
CALLS: Final = [
    (address, method, call) for address, row in ROWS.items() for method, call in row.items()
]
