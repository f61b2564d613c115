"""Federated identities: the fields of a platform, and the rules themselves."""

import json
from datetime import datetime
from functools import partial
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.http.forms.portal_form import EditForm, TextField
from clients_app.models import FederatedIdentity
from clients_app.rules.federation.issuers import clean_audience, clean_issuer
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.presets import PRESETS, grade_of, trust_of
from clients_app.rules.federation.trust import Grade, Trust
from clients_app.rules.subject_rules import checked_rule
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.identities import IdentityDraft
from clients_app.web.forms.key_forms import PastedKeyForm, pasted_key

#: what survives a sign-in in between: all but keys, because a private one may be pasted
KEPT_INPUTS: Final = (
    *("zone", "secret_description", "expiration", "never_expires", "issuer", "audience"),
    *("subject_rule", "claim_rules"),
)
#: the names of the fields of all platforms
PLATFORM_INPUTS: Final = tuple(
    dict.fromkeys(field.name for preset in PRESETS.values() for field in preset.fields)
)


def claim_lines(rules: dict[str, str]) -> str:
    """Return rules for other claims as people type them: ``name = rule``, one on each line."""
    return "\n".join(f"{name} = {rule}" for name, rule in rules.items())


def parse_claim_lines(text: str) -> dict[str, str]:
    """Return what ``claim_lines`` writes, as rules by the name of the claim.

    Errors: RuleBroken for a line without ``=``, and for a claim that comes twice.
    """
    rules: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, found, rule = (part.strip() for part in line.partition("="))
        if not found or not name or name in rules:
            sentence = gettext_noop(
                "Enter each claim once, on a line of its own, such as: repository_id = 7891011"
            )
            raise RuleBroken(sentence, field="identity.claim_rules")
        rules[name] = checked_rule(rule, field="identity.claim_rules")
    return rules


class _IdentityForm(PastedKeyForm):
    """What both forms ask for. An empty audience means the portal's issuer."""

    pasted = "jwks"
    issuer = TextField(_("Issuer"))
    audience = TextField(
        _("Audience"),
        lambda typed: clean_audience(typed, default=conf.issuer(), field="identity.audience"),
    )

    jwks = TextField(_("Keys of the issuer"), pasted_key, widget=forms.Textarea)

    def __init__(self, *args: Any, preset: Preset, **more: Any) -> None:
        self.preset = preset
        super().__init__(*args, **more)
        self.initial.setdefault("audience", conf.issuer())
        self.initial.setdefault("never_expires", self.policy.may_never_expire)

    def draft_of(self, trust: Trust) -> IdentityDraft:
        """Return the identity as the services take it."""
        given = self.cleaned_data
        return IdentityDraft(
            preset=self.preset.key,
            issuer=trust.issuer,
            subject_rule=trust.subject_rule,
            claim_rules=trust.claim_rules,
            audience=given["audience"],
            jwks=given["jwks"],
            description=given["secret_description"],
            expires_at=given["expires_at"],
        )


class PlatformForm(_IdentityForm):
    """Names and ids of one platform, of which it makes the rules."""

    late_fields = PLATFORM_INPUTS

    def __init__(self, *args: Any, preset: Preset, **more: Any) -> None:
        super().__init__(*args, preset=preset, **more)
        own = {field.name: TextField(gettext(field.label)) for field in preset.fields}
        self.fields = {**own, **self.fields}
        self.fields["issuer"].required = False
        self.initial.setdefault("issuer", preset.issuer)

    def clean(self) -> dict[str, Any]:
        """Make the rules; what cannot become one is an error at its field."""
        given = super().clean()
        try:
            issuer = given.get("issuer", "").strip()
            trust = trust_of(self.preset, given, issuer=issuer)
            clean_issuer(trust.issuer, field="identity.issuer")
        except RuleBroken as error:
            self.add_broken(error)
            return given
        return {**given, "trust": trust}

    def identity_draft(self) -> IdentityDraft:
        """Return the identity as the services take it."""
        return self.draft_of(self.cleaned_data["trust"])

    @property
    def platform_fields(self) -> list[tuple[PresetField, Any]]:
        """Return the fields of the platform, each with its input."""
        return [(field, self[field.name]) for field in self.preset.fields]

    @property
    def choices(self) -> str:
        """Return the labels of the fields of which exactly one is filled."""
        return ", ".join(gettext(field.label) for field in self.preset.fields if field.choice)

    @property
    def knows_issuer(self) -> bool:
        """Return whether the issuer follows from the other fields."""
        return bool(self.preset.issuer or self.preset.issuer_of)


class RuleForm(_IdentityForm):
    """The rules as they are stored."""

    issuer = TextField(_("Issuer"), partial(clean_issuer, field="identity.issuer"))
    subject_rule = TextField(_("Subject"), partial(checked_rule, field="identity.subject_rule"))
    claim_rules = TextField(_("Other claims"), parse_claim_lines, widget=forms.Textarea)

    def identity_draft(self) -> IdentityDraft:
        """Return the identity as the services take it."""
        given = self.cleaned_data
        return self.draft_of(
            Trust(
                preset=self.preset.key,
                issuer=given["issuer"],
                subject_rule=given["subject_rule"],
                claim_rules=given["claim_rules"],
            )
        )

    @property
    def grade(self) -> Grade | None:
        """Return the grade of what is in the fields; None if it is no rule."""
        try:
            rule = checked_rule(str(self["subject_rule"].value() or ""), field="")
            claims = parse_claim_lines(str(self["claim_rules"].value() or ""))
        except RuleBroken:
            return None
        audience = str(self["audience"].value() or "").strip()
        return grade_of(
            Trust(
                preset=self.preset.key,
                issuer=str(self["issuer"].value() or "").strip(),
                audience="" if audience == conf.issuer() else audience,
                subject_rule=rule,
                claim_rules=claims,
                has_pasted_keys=bool(str(self["jwks"].value() or "").strip()),
            )
        )


class RuleEditForm(EditForm, RuleForm):
    """An existing federated identity."""

    def __init__(
        self,
        *args: Any,
        identity: FederatedIdentity,
        now: datetime,
        fit: Trust | None = None,
        **more: Any,
    ) -> None:
        self.identity = identity
        preset = PRESETS.get(identity.preset, PRESETS["other"])
        super().__init__(*args, preset=preset, now=now, **more)
        self.open_with(identity)
        if fit is not None:  # the rules that would have accepted a near miss
            self.initial.update(
                issuer=fit.issuer,
                subject_rule=fit.subject_rule,
                claim_rules=claim_lines(dict(fit.claim_rules)),
            )

    def read_expiration(self, typed: str) -> datetime:
        """Return the typed moment; an unchanged one keeps its seconds."""
        expires_at = self.identity.expires_at
        if expires_at is not None and typed == self.as_typed(expires_at):
            return expires_at
        return super().read_expiration(typed)

    def values_of(self, row: FederatedIdentity) -> dict[str, Any]:
        values = {
            "secret_description": row.description,
            "never_expires": row.expires_at is None,
            "issuer": row.issuer,
            "audience": row.audience,
            "subject_rule": row.subject_rule,
            "claim_rules": claim_lines(row.claim_rules),
            "jwks": json.dumps(row.jwks, indent=1) if row.jwks else "",
        }
        if row.expires_at is not None:
            values["expiration"] = self.as_typed(row.expires_at)
        return values


def graded(identity: FederatedIdentity) -> Any:
    """Return ``identity`` with its ``grade`` and ``platform`` for the screens."""
    shown: Any = identity
    shown.grade = grade_of(trust_of_row(identity))
    shown.platform = PRESETS.get(identity.preset, PRESETS["other"]).name
    return shown
