"""GitLab CI: https://docs.gitlab.com/ci/secrets/id_token_authentication/

``sub`` is ``project_path:GROUP/PROJECT:ref_type:branch:ref:NAME``, unless the project chooses other
components. The issuer is the address of the GitLab. A job chooses ``aud`` under ``id_tokens``. All
claims are texts, also ``ref_protected: "true"``.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import BRANCH, PATH, TAG, Preset, PresetField, optional
from clients_app.rules.federation.trust import (
    Pins,
    Trust,
    caution,
    dangerous,
    exact,
    lets_any,
    pairs,
)

ISSUER: Final = "https://gitlab.com"


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject rule and the rules for other claims that the form's ``values`` make."""
    kind, name = ("branch", values["branch"]) if values["branch"] else ("tag", values["tag"])
    claims = {"ref_protected": "true"} if kind == "tag" else {}
    if values["project_id"]:
        claims["project_id"] = values["project_id"]
    return f"project_path:{values['project']}:ref_type:{kind}:ref:{name}", claims


def pins_of(trust: Trust) -> Pins:
    """Return what the subject of ``trust`` fixes, by the names of claims."""
    return pairs(trust.subject_rule)


def _one_project(pins: Pins) -> bool:
    return exact(pins, "project_path", "project_id")


def _one_group(pins: Pins) -> bool:
    group = pins.get("project_path", "").partition("/")[0]
    return exact(pins, "namespace_path", "namespace_id") or bool(group and "*" not in group)


def _protected(pins: Pins) -> bool:
    return pins.get("ref_protected") == "true"


def _protected_environment(pins: Pins) -> bool:
    return exact(pins, "environment") and pins.get("environment_protected") == "true"


def _any_branch(pins: Pins) -> bool:
    return lets_any(pins.get("ref", "*")) and not _protected_environment(pins)


_WEAKNESSES: Final = (
    dangerous(
        lambda pins: not (_one_project(pins) or _one_group(pins)),
        gettext_noop("Dangerous: lets in any project of this GitLab, of any owner."),
    ),
    dangerous(
        lambda pins: not _one_project(pins),
        gettext_noop("Dangerous: lets in any project of the group, also new ones."),
    ),
    dangerous(
        lambda pins: _any_branch(pins) and not _protected(pins),
        gettext_noop(
            "Dangerous: lets in any branch, also those of merge requests that nobody has reviewed."
        ),
    ),
    dangerous(
        lambda pins: not (exact(pins, "ref_type") or _protected_environment(pins)),
        gettext_noop(
            "Dangerous: lets in a tag with the name of the branch. Add a rule for ref_type."
        ),
    ),
    caution(_any_branch, gettext_noop("Caution: lets in every protected branch and tag.")),
    caution(
        lambda pins: "*" in pins.get("ref", "") and not _protected_environment(pins),
        gettext_noop("Caution: lets in several branches, also new ones of such a name."),
    ),
    caution(
        lambda pins: pins.get("ref_type") == "tag" and not _protected(pins),
        gettext_noop("Caution: a tag can be moved to other code. Require ref_protected: true."),
    ),
    caution(
        lambda pins: not exact(pins, "project_id"),
        gettext_noop(
            "Caution: the path of a project can be given to another one. Add a rule for project_id."
        ),
    ),
)

PRESET: Final = Preset(
    key="gitlab",
    name="GitLab CI",
    issuer=ISSUER,
    issuers=re.compile(re.escape(ISSUER)),
    subjects=re.compile("project_(path|id):"),  # also those of a GitLab of one's own
    fields=(
        PresetField(
            "project", gettext_noop("Project with its groups"), "my-group/my-project", PATH
        ),
        optional("project_id", gettext_noop("Id of the project"), "20"),
        BRANCH,
        TAG,
    ),
    rules_of=rules_of,
    pins_of=pins_of,
    weaknesses=_WEAKNESSES,
    safe=gettext_noop("Safe: accepts one branch or environment of one project, by its id."),
)
