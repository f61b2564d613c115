"""The kinds of credentials: secrets, public keys and federated identities, and what differs."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeVar

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.limits import CLIENT_KEYS_MAX, IDENTITIES_MAX, SECRETS_MAX
from clients_app.models import Client, ClientKey, ClientSecret, FederatedIdentity
from clients_app.permissions import Action
from clients_app.rules.federation.presets import PRESETS
from clients_app.rules.jwts import thumbprint_of

Row = ClientSecret | ClientKey | FederatedIdentity
OneKind = TypeVar("OneKind", ClientSecret, ClientKey, FederatedIdentity)


class Kind(NamedTuple):
    """A kind of credential: its part of the names of events, and the sentences about it."""

    event: str
    maximum: int
    full: str
    unknown: str
    expired: str
    field: str = ""  # at which the form says that there is no room
    columns: tuple[str, ...] = ("description", "expires_at")  # what an edit can change
    may_edit: Action = Action.EDIT_CREDENTIAL
    may_extend: Action = Action.EXTEND_CREDENTIAL
    may_remove: Action = Action.REMOVE_CREDENTIAL


KINDS: Final[dict[type[Any], Kind]] = {
    ClientSecret: Kind(
        "client.secret",
        SECRETS_MAX,
        _(
            "This client has %(maximum)s secrets, the most it can have. "
            "Remove one that is no longer used, then add a new one."
        ),
        _("There is no such secret. It may have been removed."),
        _("This secret has expired. Add a new one."),
        may_edit=Action.EDIT_SECRET,
        may_extend=Action.EXTEND_SECRET,
        may_remove=Action.REMOVE_SECRET,
    ),
    ClientKey: Kind(
        "client.key",
        CLIENT_KEYS_MAX,
        _("A client has at most %(maximum)s public keys. Remove one that is no longer used."),
        _("There is no such public key. It may have been removed."),
        _("This public key has expired. Add a new one."),
        field="key",
    ),
    FederatedIdentity: Kind(
        "client.identity",
        IDENTITIES_MAX,
        _(
            "A client has at most %(maximum)s federated identities. Remove one that is no longer "
            "used."
        ),
        _("There is no such federated identity. It may have been removed."),
        _("This federated identity has expired. Add a new one."),
        columns=(
            *("description", "expires_at", "preset", "issuer", "jwks", "audience"),
            *("subject_rule", "claim_rules"),
        ),
    ),
}


def present(table: type[OneKind], client: Client, row_id: int) -> OneKind:
    """Return a row of the client that is not removed, or raise NotFound."""
    row = table.objects.present().filter(pk=row_id, client=client).first()
    return existing(row, KINDS[table].unknown)


def values_of(row: Row) -> dict[str, Any]:
    """Return the values for an audit event: nothing that helps to guess a secret."""
    common = {"description": row.description, "expires_at": row.expires_at}
    if isinstance(row, ClientSecret):
        return common | {"ends_in": row.last_four}
    if isinstance(row, ClientKey):
        return common | {"jwks_url": row.jwks_url, "thumbprint": row.thumbprint}
    keys = (row.jwks or {}).get("keys", [])
    return common | {
        "issuer": row.issuer,
        "audience": row.audience,
        "subject_rule": row.subject_rule,
        "claim_rules": [f"{name} = {rule}" for name, rule in sorted(row.claim_rules.items())],
        "kids": [_named(key) for key in keys],
        "platform": str(PRESETS.get(row.preset, PRESETS["other"]).name),
    }


def _named(jwk: Mapping[str, Any]) -> str:
    """Return the name of a key, which another key may have too, so with its thumbprint."""
    kid, thumbprint = str(jwk["kid"]), thumbprint_of(jwk)
    return kid if kid == thumbprint else f"{kid} ({thumbprint})"
