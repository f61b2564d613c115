"""Adding, editing and removing public keys of a client (CRE-1, CRE-2)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, ClientKey
from clients_app.rules.jwts import thumbprint_of
from clients_app.services.credentials import changes, key_sets
from clients_app.services.credentials.adding import adding, check_addition, insert
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.own import check_own_key
from clients_app.services.credentials.pem_keys import check_certificate
from clients_app.services.credentials.public_keys import public_jwks_of
from clients_app.services.outgoing import check_url


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDraft(CredentialDraft):
    """The fields of Add Public Key: a JWK, JWKS, PEM or certificate, or the address of a JWKS."""

    pasted: str = ""
    jwks_url: str = ""


def add_keys(
    client: Client, draft: KeyDraft, *, actor: Actor, now: datetime, form_key: str = ""
) -> list[ClientKey]:
    """Give ``client`` the pasted keys, one or those of a JWKS, or the keys at an address.

    Errors: Forbidden; ProofRequired; RuleBroken (key, jwks_url, secret.description,
    secret.expiration), also at 10 live keys and for a key that the client has; NotFound;
    SentBefore.
    """
    check_addition(client, actor=actor)
    rows = prepare_keys(draft, now=now)
    with adding(client, actor=actor, now=now, form_key=form_key) as client:
        refuse_known(client, rows)
        check_own_key(client, rows[0], actor=actor, now=now)
        insert_keys(client, rows, actor=actor, now=now)
    return rows


def prepare_keys(draft: KeyDraft, *, now: datetime | None = None) -> list[ClientKey]:
    """Return keys that are not saved yet. With ``now``, a certificate must be valid then.

    Errors: RuleBroken (key, jwks_url, secret.description), also for a key that comes twice.
    """
    rows = _rows_of(draft)
    if now is not None:
        check_certificate(draft.pasted, now=now)
    if len({row.thumbprint for row in rows}) < len(rows):
        raise _known(rows)
    for row in rows:
        changes.describe(row, draft)
    return rows


def insert_keys(client: Client, rows: list[ClientKey], *, actor: Actor, now: datetime) -> None:
    """Insert prepared keys, and their events; the last step of an operation that checked the rest.

    Errors: as ``insert``; RuleBroken (key) for a ``kid`` that two live keys would have.
    """
    _refuse_same_kids(client, rows, now=now)
    if url := rows[0].jwks_url:
        key_sets.expect(key_sets.Source(url, is_issuer=False), now=now)
    insert(client, rows, actor=actor, now=now)


#: Changes the description and expiration of a live key; the key itself stays.
edit_key: Final = partial(changes.edit, ClientKey)
#: Removes a key with its tokens.
remove_key: Final = partial(changes.remove, ClientKey)


def _rows_of(draft: KeyDraft) -> list[ClientKey]:
    if not draft.jwks_url:
        jwks = public_jwks_of(draft.pasted)
        return [ClientKey(jwk=jwk, thumbprint=thumbprint_of(jwk)) for jwk in jwks]
    if draft.pasted:
        sentence = _("Paste a public key, or enter the address of a JWKS: not both.")
        raise RuleBroken(sentence, field="jwks_url")
    return [ClientKey(jwks_url=check_url(draft.jwks_url, field="jwks_url"))]


def refuse_known(client: Client, rows: list[ClientKey]) -> None:
    """Raise RuleBroken (key, jwks_url) if the client has one of these keys already."""
    own = {(row.thumbprint, row.jwks_url) for row in rows}
    if own & set(client.keys.present().values_list("thumbprint", "jwks_url")):
        raise _known(rows)


def _refuse_same_kids(client: Client, rows: list[ClientKey], *, now: datetime) -> None:
    """Keep the ``kid`` of a JWT the name of one key (RFC 7517 section 4.5)."""
    taken = set(client.keys.live(now).values_list("jwk__kid", flat=True))
    for kid in (row.jwk["kid"] for row in rows if row.jwk):
        if kid in taken:
            sentence = _("Give each key of a client its own kid: two would have the kid %(kid)s.")
            raise RuleBroken(sentence, field="key", kid=kid)
        taken.add(kid)


def _known(rows: list[ClientKey]) -> RuleBroken:
    field = "jwks_url" if rows[0].jwks_url else "key"
    return RuleBroken(_("This client has this public key already."), field=field)
