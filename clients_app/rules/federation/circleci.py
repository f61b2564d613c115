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
from clients_app.rules.federation.trust import Pins, Trust, caution, dangerous, exact, lets_any

_SUBJECT: Final = re.compile(
    "org/(?P<org>[^/]*)(?:/project/(?P<project>[^/]*))?(?:/user/(?P<user>[^/]*))?"
    "(?:/vcs-origin/(?P<origin>.*?))?(?:/vcs-ref/(?P<ref>.*))?(?:/[*])?"
)
_PROJECT: Final = "oidc.circleci.com/project-id"
_REF: Final = "oidc.circleci.com/vcs-ref"
_SSH: Final = "oidc.circleci.com/ssh-rerun"


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject rule and the rules for other claims that the form's ``values`` make."""
    subject = f"org/{values['organization_id']}/project/{values['project_id']}/*"
    return subject, {
        _REF: f"refs/heads/{values['branch']}",
        _SSH: "false",
    }


def issuer_of(values: Mapping[str, str]) -> str:
    """Return the issuer of the organization."""
    return f"https://oidc.circleci.com/org/{values['organization_id']}"


def pins_of(trust: Trust) -> Pins:
    """Return what the subject of ``trust`` fixes, by the names of claims."""
    found = _SUBJECT.fullmatch(trust.subject_rule)
    subject = found.groupdict() if found else {}
    claims = {"project": _PROJECT, "ref": _REF, "user": "user"}
    return {claim: subject[part] for part, claim in claims.items() if subject.get(part)}


def _any_branch(pins: Pins) -> bool:
    ref = pins.get(_REF, "*")
    return lets_any(ref, "refs/heads/") or lets_any(ref, "refs/heads/pull/")  # of a fork


_WEAKNESSES: Final = (
    dangerous(
        lambda pins: not exact(pins, _PROJECT),
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
        lambda pins: not exact(pins, _REF),
        gettext_noop("Caution: lets in several branches, also new ones of such a name."),
    ),
    caution(
        lambda pins: pins.get(_SSH) != "false",
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
    issuers=re.compile(r"https://oidc\.circleci\.com/org/[^/]+"),
    subjects=re.compile("org/[^/]*/project/"),
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
    pins_of=pins_of,
    weaknesses=_WEAKNESSES,
    safe=gettext_noop("Safe: accepts one branch of one project, and no SSH sessions."),
)
