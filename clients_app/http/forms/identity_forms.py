"""Federated identities: the fields of a platform, and the rules themselves."""

import json
from functools import partial
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.http.forms.credential_edit_form import CredentialEditForm
from clients_app.http.forms.key_forms import PublicKeyField
from clients_app.http.forms.portal_form import TextField
from clients_app.http.forms.secret_form import SecretForm
from clients_app.models import FederatedIdentity
from clients_app.rules.federation.issuers import clean_audience, clean_issuer
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.presets import PRESETS, grade_of, trust_of
from clients_app.rules.federation.trust import Grade, Trust
from clients_app.rules.subject_rules import checked_rule
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.identities import IdentityDraft

#: the names of the fields of all platforms
PLATFORM_INPUTS: Final = tuple(
    dict.fromkeys(field.name for preset in PRESETS.values() for field in preset.fields)
)

_ORDER: Final = ("issuer", "subject_rule", "claim_rules", "audience", "jwks", "secret_description")
_ISSUER_HELP: Final = _("Exactly as tokens have it in iss, to the slash at the end.")


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


class _IdentityForm(SecretForm):
    """What both forms ask for. An empty audience means the portal's issuer."""

    never_kept = ("jwks",)
    description_help = _("What runs there, for the people who look after the client.")

    issuer = TextField(_("Issuer"), help_text=_ISSUER_HELP)
    audience = TextField(
        _("Audience"),
        lambda typed: clean_audience(typed, default=conf.issuer(), field="identity.audience"),
        help_text=_(
            "What the machine asks its platform for as aud. By default this portal's issuer."
        ),
    )
    jwks = PublicKeyField(
        _("Keys of the issuer"),
        help_text=_(
            "A JWKS with its public keys. You must paste them again whenever the issuer changes "
            "them. Without them, the portal fetches the keys that the issuer publishes."
        ),
    )

    def __init__(self, *args: Any, preset: Preset, **more: Any) -> None:
        self.preset = preset
        super().__init__(*args, **more)
        self.initial.setdefault("audience", conf.issuer())
        self.initial.setdefault("never_expires", self.policy.may_never_expire)
        self.order_fields(_ORDER)

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
        own = {field.name: self._input_of(field) for field in preset.fields}
        self.fields = {**own, **self.fields}
        self.initial.setdefault("issuer", preset.issuer)
        if preset.issuer or preset.issuer_of:
            self.fields["issuer"].help_text = gettext(
                "Change this only if you run the platform yourself."
            )

    def clean(self) -> dict[str, Any]:
        """Make the rules; each value that cannot become one is an error at its field."""
        given = super().clean()
        for problem in self.preset.problems(given):
            self.add_broken(problem)
        try:
            issuer = given.get("issuer", "").strip()
            trust = trust_of(self.preset, given, issuer=issuer)
            clean_issuer(trust.issuer, field="identity.issuer")
        except RuleBroken as error:
            self.add_broken(error)
            return given
        return {**given, "trust": trust}

    def draft(self) -> IdentityDraft:
        """Return the identity as the services take it."""
        return self.draft_of(self.cleaned_data["trust"])

    @property
    def platform_fields(self) -> list[tuple[PresetField, Any]]:
        """Return the fields of the platform, each with its input."""
        return [(field, self[field.name]) for field in self.preset.fields]

    def _input_of(self, field: PresetField) -> TextField:
        """Return the input, with an example; of those with a choice, exactly one is filled."""
        help_text = gettext("Such as %(example)s.")
        if field.choice:
            help_text = gettext("Such as %(example)s. Enter exactly one of these: %(choices)s.")
        choices = ", ".join(gettext(one.label) for one in self.preset.fields if one.choice)
        help_text %= {"example": field.example, "choices": choices}
        return TextField(gettext(field.label), help_text=help_text)


class RuleForm(_IdentityForm):
    """The rules as they are stored."""

    issuer = TextField(
        _("Issuer"), partial(clean_issuer, field="identity.issuer"), help_text=_ISSUER_HELP
    )
    subject_rule = TextField(
        _("Subject"),
        partial(checked_rule, field="identity.subject_rule"),
        help_text=_(
            "What tokens must have in sub: the whole text, or * at the end of a part, before / or "
            ": or at the end."
        ),
    )
    claim_rules = TextField(
        _("Other claims"),
        parse_claim_lines,
        widget=forms.Textarea,
        help_text=_(
            "One in each line: the claim, = and the rule for its value. Up to 10. Each must fit."
        ),
    )

    def draft(self) -> IdentityDraft:
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


class RuleEditForm(CredentialEditForm, RuleForm):
    """An existing federated identity; with ``fit``, the rules that would accept a near miss."""

    def __init__(
        self,
        *args: Any,
        credential: FederatedIdentity,
        fit: Trust | None = None,
        **more: Any,
    ) -> None:
        preset = PRESETS.get(credential.preset, PRESETS["other"])
        super().__init__(*args, credential=credential, preset=preset, **more)
        if fit is not None:
            self.initial.update(
                issuer=fit.issuer,
                subject_rule=fit.subject_rule,
                claim_rules=claim_lines(dict(fit.claim_rules)),
            )

    def values_of(self, row: FederatedIdentity) -> dict[str, Any]:
        return super().values_of(row) | {
            "issuer": row.issuer,
            "audience": row.audience,
            "subject_rule": row.subject_rule,
            "claim_rules": claim_lines(row.claim_rules),
            "jwks": json.dumps(row.jwks, indent=1) if row.jwks else "",
        }


def graded(identity: FederatedIdentity) -> Any:
    """Return ``identity`` with its ``grade`` and ``platform`` for the screens."""
    shown: Any = identity
    shown.grade = grade_of(trust_of_row(identity))
    shown.platform = PRESETS.get(identity.preset, PRESETS["other"]).name
    return shown


def changed_rules(identity: FederatedIdentity, fit: Trust) -> list[tuple[str, str]]:
    """Return label and value of each rule that ``fit`` changes, as it is now."""
    rules = [
        (gettext("Issuer"), identity.issuer, fit.issuer),
        (gettext("Subject"), identity.subject_rule, fit.subject_rule),
        *((name, rule, fit.claim_rules[name]) for name, rule in identity.claim_rules.items()),
    ]
    return [(label, now) for label, now, then in rules if now != then]
