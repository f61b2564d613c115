"""Makes the draft of a federated identity of what programs and files say about it.

They name a platform and the fields of its form, as people do, or the rules themselves.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import FederatedIdentity
from clients_app.rules.federation.preset import Preset
from clients_app.rules.federation.presets import PRESETS, trust_of
from clients_app.rules.federation.trust import Trust
from clients_app.services.credentials.identities import IdentityDraft

_SHOWN_MAX = 100  # characters of a name that nothing has


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenIdentity:
    """What was said; None: nothing, so it stays as it was, or gets its default."""

    platform: str | None = None
    fields: Mapping[str, str] | None = None  # of the platform's form
    issuer: str | None = None
    audience: str | None = None
    subject_rule: str | None = None
    claim_rules: Mapping[str, str] | None = None
    jwks: str | None = None  # as pasted; empty: by discovery

    @property
    def has_rules(self) -> bool:
        """Whether a subject or claims were said, which the fields of a platform's form make."""
        return self.subject_rule is not None or self.claim_rules is not None

    @classmethod
    def read(cls, said: Callable[[str], Any], jwks: str | None) -> Self:
        """Return what ``said`` returns for the names of a file."""
        return cls(
            platform=said("platform"),
            fields=said("fields"),
            issuer=said("issuer"),
            audience=said("audience"),
            subject_rule=said("subject"),
            claim_rules=said("claims"),
            jwks=jwks,
        )


def identity_draft(
    given: GivenIdentity,
    *,
    was: FederatedIdentity | None = None,
    description: str,
    expires_at: datetime | None,
) -> IdentityDraft:
    """Return the draft of a new identity, or of ``was`` with what was said about it.

    Errors: RuleBroken (identity.platform, identity.fields, identity.fields.NAME).
    """
    preset = _preset_of(given, was)
    names_platform_alone = was is None and preset.key != "other" and not given.has_rules
    by_fields = given.fields or names_platform_alone  # then the error says which field is missing
    trust = (_by_fields if by_fields else _by_rules)(preset, given, was)
    pasted = json.dumps(was.jwks) if was and was.jwks else ""
    return IdentityDraft(
        description=description,
        expires_at=expires_at,
        preset=preset.key,
        issuer=trust.issuer,
        subject_rule=trust.subject_rule,
        claim_rules=trust.claim_rules,
        audience=_said(given.audience, was.audience if was else ""),
        jwks=_said(given.jwks, pasted),
    )


def _preset_of(given: GivenIdentity, was: FederatedIdentity | None) -> Preset:
    key = _said(given.platform, was.preset if was else "other")
    if key not in PRESETS:
        sentence = _("Name one of these platforms: %(names)s.")
        raise RuleBroken(sentence, field="identity.platform", names=", ".join(PRESETS))
    return PRESETS[key]


def _by_fields(preset: Preset, given: GivenIdentity, was: FederatedIdentity | None) -> Trust:
    fields = given.fields or {}
    if given.has_rules:
        sentence = _("Give the fields of the platform, or a subject with claims: not both.")
        raise RuleBroken(sentence, field="identity.fields")
    names = [field.name for field in preset.fields]
    for name in fields:
        if name not in names:
            sentence = _("This platform has no field %(name)s. It has: %(names)s.")
            shown = ", ".join(names) or "none"
            raise RuleBroken(sentence, field="identity.fields", name=name[:_SHOWN_MAX], names=shown)
    known = preset.issuer or preset.issuer_of
    issuer = _said(given.issuer, was.issuer if was and not known else "")
    try:
        return trust_of(preset, fields, issuer=issuer)
    except RuleBroken as error:
        field = f"identity.fields.{error.field}"
        raise RuleBroken(error.sentence, field=field, **error.values) from error


def _by_rules(preset: Preset, given: GivenIdentity, was: FederatedIdentity | None) -> Trust:
    claims: Mapping[str, Any] = was.claim_rules if was else {}
    return Trust(
        preset=preset.key,
        issuer=_said(given.issuer, was.issuer if was else preset.issuer),
        subject_rule=_said(given.subject_rule, was.subject_rule if was else ""),
        claim_rules=claims if given.claim_rules is None else given.claim_rules,
    )


def _said(text: str | None, otherwise: str) -> str:
    return otherwise if text is None else text
