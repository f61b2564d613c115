"""CircleCI: https://circleci.com/docs/openid-connect-tokens/

``sub`` is ``org/ID/project/ID/user/ID``. In CIRCLE_OIDC_TOKEN_V2 it goes on with
``/vcs-origin/HOST/OWNER/REPOSITORY/vcs-ref/REF``. The issuer has the id of the organization, which
is also ``aud`` unless the job asks for another.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import PATH, UUID, Preset, PresetField
from clients_app.rules.federation.trust import (
    Grade,
    Pins,
    Trust,
    Weakness,
    caution,
    dangerous,
    exact,
    with_claims,
    worst,
)
from clients_app.rules.subject_rules import matches

_ISSUERS: Final = re.compile(r"https://oidc\.circleci\.com/org/[^/]+")
_SUBJECT: Final = re.compile(
    "org/(?P<org>[^/]*)(?:/project/(?P<project>[^/]*))?(?:/user/(?P<user>[^/]*))?"
    "(?:/vcs-origin/(?P<origin>.*?))?(?:/vcs-ref/(?P<ref>.*))?(?:/[*])?"
)
_CLAIM: Final = "oidc.circleci.com/"


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject rule and the rules for other claims that the form's ``values`` make."""
    subject = f"org/{values['organization_id']}/project/{values['project_id']}/*"
    return subject, {
        f"{_CLAIM}vcs-ref": f"refs/heads/{values['branch']}",
        f"{_CLAIM}ssh-rerun": "false",
    }


def issuer_of(values: Mapping[str, str]) -> str:
    """Return the issuer of the organization."""
    return f"https://oidc.circleci.com/org/{values['organization_id']}"


def grade(trust: Trust) -> Grade:
    """Return how much ``trust`` lets in."""
    found = _SUBJECT.fullmatch(trust.subject_rule)
    subject = found.groupdict() if found else {}
    names = {"project": "project-id", "ref": "vcs-ref", "user": "user"}
    pins = {name: subject[part] for part, name in names.items() if subject.get(part)}
    claims = {name.removeprefix(_CLAIM): rule for name, rule in trust.claim_rules.items()}
    return worst(
        _WEAKNESSES,
        with_claims(pins, claims),
        otherwise=gettext_noop("Safe: accepts one branch of one project, and no SSH sessions."),
    )


def _any_branch(pins: Pins) -> bool:
    return matches(pins.get("vcs-ref", "*"), "refs/heads/any-branch")


_WEAKNESSES: Final[tuple[Weakness, ...]] = (
    dangerous(
        lambda pins: not exact(pins, "project-id"),
        gettext_noop("Dangerous: lets in any project of the organization, also new ones."),
    ),
    dangerous(
        lambda pins: _any_branch(pins) and not exact(pins, "user"),
        gettext_noop("Dangerous: lets in any branch, also those of pull requests."),
    ),
    caution(
        _any_branch,
        gettext_noop("Caution: lets in any branch that one person runs, also new ones."),
    ),
    caution(
        lambda pins: not exact(pins, "vcs-ref"),
        gettext_noop("Caution: lets in several branches, also new ones of such a name."),
    ),
    caution(
        lambda pins: pins.get("ssh-rerun") != "false",
        gettext_noop(
            "Caution: lets in people who run a job again with SSH. Add a rule for "
            "oidc.circleci.com/ssh-rerun: false."
        ),
    ),
)

PRESET: Final = Preset(
    key="circleci",
    name="CircleCI",
    issuer_of=issuer_of,
    issuers=_ISSUERS,
    fields=(
        PresetField(
            "organization_id",
            gettext_noop("Id of the organization"),
            "2a3b4c5d-1111-2222-3333-444455556666",
            UUID,
        ),
        PresetField(
            "project_id",
            gettext_noop("Id of the project"),
            "76543210-ba98-fedc-3210-edcba0987654",
            UUID,
        ),
        PresetField("branch", gettext_noop("Branch"), "main", PATH),
    ),
    rules_of=rules_of,
    grade=grade,
)
