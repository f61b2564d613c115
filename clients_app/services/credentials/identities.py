"""Adding, editing and removing the federated identities of a client. Source: FED-1 to FED-6."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from clients_app import conf
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import CLAIM_NAME_MAX, CLAIM_RULES_MAX
from clients_app.models import Client, FederatedIdentity
from clients_app.permissions import Action, require
from clients_app.rules.federation.issuers import clean_audience, clean_issuer
from clients_app.rules.federation.presets import PRESETS, grade_of
from clients_app.rules.names import check_length, clean_line
from clients_app.rules.subject_rules import checked_rule
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials import changes, key_sets
from clients_app.services.credentials.adding import adding, check_addition, insert
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.own import refuse_itself
from clients_app.services.credentials.pem_keys import check_certificate
from clients_app.services.credentials.public_keys import public_jwks_of

#: ``iss``, ``sub`` and ``aud`` have rules of their own; times and ids differ in each token
_NOT_RULED: Final = frozenset({"iss", "sub", "aud", "exp", "iat", "nbf", "jti"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDraft(CredentialDraft):
    """The fields of Add Federated Identity. An empty ``audience`` is the portal's issuer.

    ``jwks`` has the public keys of an issuer that the portal cannot reach, as they were pasted.
    """

    issuer: str
    subject_rule: str
    claim_rules: Mapping[str, str] = field(default_factory=dict)
    audience: str = ""
    preset: str = "other"
    jwks: str = ""


def add_identity(
    client: Client, draft: IdentityDraft, *, actor: Actor, now: datetime, form_key: str = ""
) -> FederatedIdentity:
    """Let tokens of a platform prove ``client``; return what was saved.

    Errors: Forbidden; ProofRequired; RuleBroken at 10 live identities, for a field
    (identity.issuer, secret.expiration and so on), and where a policy of the tenant forbids the
    rule or the issuer; NotFound; SentBefore.
    """
    check_addition(client, actor=actor)
    identity = prepare_identity(draft, now=now)
    with adding(client, actor=actor, now=now, form_key=form_key) as client:
        insert_identity(client, identity, actor=actor, now=now)
    return identity


def prepare_identity(draft: IdentityDraft, *, now: datetime | None = None) -> FederatedIdentity:
    """Return an identity that is not saved yet. With ``now``, a certificate must be valid then.

    Errors: RuleBroken of a field.
    """
    identity = FederatedIdentity()
    changes.describe(identity, draft)
    _fill(identity, draft, now=now)
    return identity


def insert_identity(
    client: Client, identity: FederatedIdentity, *, actor: Actor, now: datetime
) -> None:
    """Insert a prepared identity, and its event; the last step of an operation.

    Errors: as ``insert``; RuleBroken where a policy forbids the rule or the issuer;
    Forbidden for the client itself.
    """
    refuse_itself(client, actor=actor, action=Action.ADD_CREDENTIAL)
    _check_policies(client, identity)
    _expect_keys(identity, now=now)
    insert(client, [identity], actor=actor, now=now)


def edit_identity(
    client: Client,
    identity_id: int,
    draft: IdentityDraft,
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> FederatedIdentity:
    """Change a live federated identity; tokens that it gave stay valid.

    Errors: as ``changes.edit``; ProofRequired for other rules; RuleBroken of a field.
    """

    def change(identity: FederatedIdentity, client: Client) -> None:
        before = _rules_of(identity)
        _fill(identity, draft, now=now)
        if _rules_of(identity) != before:
            require(actor, Action.EXTEND_CREDENTIAL, client=client)
            _check_policies(client, identity)
            _expect_keys(identity, now=now)

    return changes.edit(
        FederatedIdentity,
        client,
        identity_id,
        draft,
        change=change,
        actor=actor,
        now=now,
        expected_version=expected_version,
    )


#: Removes an identity with its tokens.
remove_identity: Final = partial(changes.remove, FederatedIdentity)


def _rules_of(identity: FederatedIdentity) -> tuple[object, ...]:
    return trust_of_row(identity), identity.jwks


def _fill(identity: FederatedIdentity, draft: IdentityDraft, *, now: datetime | None) -> None:
    """Set the rules of ``identity`` as they are stored. Errors: RuleBroken of a field."""
    identity.preset = draft.preset if draft.preset in PRESETS else "other"
    identity.issuer = clean_issuer(draft.issuer, field="identity.issuer")
    if identity.issuer.rstrip("/") == conf.issuer():
        sentence = _("Enter the issuer of a platform, not that of this portal.")
        raise RuleBroken(sentence, field="identity.issuer")
    identity.audience = clean_audience(
        draft.audience, default=conf.issuer(), field="identity.audience"
    )
    identity.subject_rule = checked_rule(draft.subject_rule, field="identity.subject_rule")
    identity.claim_rules = _claim_rules(draft.claim_rules)
    known, identity.jwks = identity.jwks, _public_keys(draft.jwks)
    if now is not None and identity.jwks != known:
        with _of_jwks():
            check_certificate(draft.jwks, now=now)


def _public_keys(pasted: str) -> dict[str, Any] | None:
    with _of_jwks():
        return {"keys": public_jwks_of(pasted)} if pasted.strip() else None


@contextmanager
def _of_jwks() -> Iterator[None]:
    """What is wrong with a key is wrong with the field of the identity."""
    try:
        yield
    except RuleBroken as error:
        raise RuleBroken(error.sentence, field="identity.jwks", **error.values) from error


def _claim_rules(rules: Mapping[str, str]) -> dict[str, str]:
    where = "identity.claim_rules"
    too_many = _("Enter rules for at most %(maximum)s claims. There are %(length)s.")
    check_length(rules, too_many, maximum=CLAIM_RULES_MAX, field=where)
    clean = {}
    for typed, rule in rules.items():
        name = clean_line(typed, maximum=CLAIM_NAME_MAX, field=where)
        if not name or name in _NOT_RULED:
            sentence = _("Enter claims other than iss, sub, aud, exp, iat, nbf and jti.")
            raise RuleBroken(sentence, field=where)
        if name in clean:  # the other one would be lost
            raise RuleBroken(_("Enter each claim once."), field=where)
        clean[name] = checked_rule(rule, field=where)
    return clean


def _expect_keys(identity: FederatedIdentity, *, now: datetime) -> None:
    if identity.jwks is None:
        key_sets.expect(key_sets.Source(identity.issuer, is_issuer=True), now=now)


def _check_policies(client: Client, identity: FederatedIdentity) -> None:
    policy = tenant_policy(client.tenant_id)
    policy.check_trust(identity.issuer, grade_of(trust_of_row(identity)))
