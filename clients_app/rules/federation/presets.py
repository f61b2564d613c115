"""The platforms that the portal knows, in the order of the screens.

A preset makes three things of a form: the issuer, the subject rule and the rules for other claims.
People may edit all of them, so the grade depends on the issuer and not on the preset.
"""

from collections.abc import Mapping
from typing import Final

from clients_app.rules.federation import (
    aws,
    bitbucket,
    circleci,
    github,
    gitlab,
    kubernetes,
    other,
    spiffe,
    stable_ids,
    terraform,
)
from clients_app.rules.federation.preset import Preset
from clients_app.rules.federation.trust import FOREIGN_AUDIENCE, PASTED_KEYS, Grade, Level, Trust

_TABLE: Final = (
    github.PRESET,
    gitlab.PRESET,
    bitbucket.PRESET,
    circleci.PRESET,
    terraform.PRESET,
    kubernetes.PRESET,
    aws.PRESET,
    stable_ids.ENTRA,
    stable_ids.GOOGLE,
    spiffe.PRESET,
    other.PRESET,
)

PRESETS: Final[Mapping[str, Preset]] = {preset.key: preset for preset in _TABLE}


def trust_of(preset: Preset, values: Mapping[str, str], *, issuer: str = "") -> Trust:
    """Return the trust that a preset's form makes; an ``issuer`` that was entered comes first.

    Errors: RuleBroken, with the name of the field.
    """
    clean = preset.checked(values)
    subject_rule, claim_rules = preset.rules_of(clean)
    known = preset.issuer_of(clean) if preset.issuer_of else preset.issuer
    return Trust(
        preset=preset.key,
        issuer=issuer or known,
        subject_rule=subject_rule,
        claim_rules=claim_rules,
    )


def grade_of(trust: Trust) -> Grade:
    """Return how much ``trust`` lets in. A known issuer decides how its subjects are read.

    Of another issuer it is the chosen platform, and the one whose subjects begin so: a GitLab of
    one's own writes them as gitlab.com does. The graver grade counts.
    """
    preset = preset_of(trust)
    grade = preset.grade(trust)
    if not preset.issuers.fullmatch(trust.issuer):
        alike = [one.grade(trust) for one in _TABLE if one.subjects.match(trust.subject_rule)]
        grade = max([*alike, grade], key=lambda one: one.level.rank)
    if trust.has_pasted_keys and grade.level is Level.SAFE and _publishes(trust.issuer):
        return PASTED_KEYS
    if trust.audience and preset.chooses_audience and grade.level is Level.SAFE:
        return FOREIGN_AUDIENCE
    return grade


def preset_of(trust: Trust) -> Preset:
    """Return the platform of the issuer; of an issuer that nobody knows, the chosen one."""
    known = (one for one in _TABLE if one.issuers.fullmatch(trust.issuer))
    return next(known, PRESETS.get(trust.preset, other.PRESET))


def _publishes(issuer: str) -> bool:
    """Return whether everybody can fetch the keys of the issuer: a private cluster's, nobody."""
    known = (one for one in _TABLE if one.key != "kubernetes")
    return any(one.issuers.fullmatch(issuer) for one in known)
