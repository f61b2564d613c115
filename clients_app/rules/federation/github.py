"""GitHub Actions: https://docs.github.com/actions/reference/security/oidc

``sub`` is ``repo:OWNER/REPOSITORY:`` and one of ``environment:NAME``, ``pull_request`` and
``ref:REF``, unless the repository customizes it. Repositories that were created or renamed since
2026-07-15 send ids with the names: ``repo:OWNER@ID/REPOSITORY@ID:``. A job chooses ``aud``.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.rules.federation.preset import (
    BRANCH,
    ENVIRONMENT,
    TAG,
    Preset,
    PresetField,
    optional,
)
from clients_app.rules.federation.trust import (
    Pins,
    Trust,
    caution,
    dangerous,
    exact,
    lets_any,
    pairs,
)
from clients_app.rules.subject_rules import matches

ISSUER: Final = "https://token.actions.githubusercontent.com"
_IDS: Final = re.compile(r"(?<=[^/:])@[0-9]+(?=/|$)")


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject rule and the rules for other claims that the form's ``values`` make."""
    owner, repository = values["owner"], values["repository"]
    if bool(values["owner_id"]) != bool(values["repository_id"]):
        raise RuleBroken(gettext_noop("Enter both ids, or none."), field="repository_id")
    if values["owner_id"]:
        owner, repository = (
            f"{owner}@{values['owner_id']}",
            f"{repository}@{values['repository_id']}",
        )
    claims: dict[str, str] = {}
    if environment := values["environment"]:
        context = f"environment:{environment.replace(':', '%3A')}"
        if ":" in environment:  # an environment that has %3A in its name sends the same
            claims["environment"] = environment
    elif branch := values["branch"]:
        context = f"ref:refs/heads/{branch}"
    else:
        context = f"ref:refs/tags/{values['tag']}"
    return f"repo:{owner}/{repository}:{context}", claims


def pins_of(trust: Trust) -> Pins:
    """Return what the subject of ``trust`` fixes, by the names of claims."""
    pins = pairs(trust.subject_rule, alone=("pull_request",))
    if "repo" in pins:
        pins["repository"] = _IDS.sub("", pins.pop("repo"))
    if "pull_request" in pins:
        pins["event_name"] = pins.pop("pull_request")
    if "%3A" in pins.get("environment", "") and "environment" not in trust.claim_rules:
        pins["twin"] = pins["environment"]  # another environment sends the same: : is sent as %3A
    return pins


def _one_repository(pins: Pins) -> bool:
    return exact(pins, "repository", "repository_id")


def _one_owner(pins: Pins) -> bool:
    owner = pins.get("repository", "").partition("/")[0]
    return exact(pins, "repository_owner", "repository_owner_id") or bool(
        owner and "*" not in owner
    )


def _one_workflow(pins: Pins) -> bool:
    return exact(pins, "job_workflow_ref")


def _any_context(pins: Pins) -> bool:
    return not (pins.get("ref") or pins.get("environment") or pins.get("event_name"))


def _pull_requests(pins: Pins) -> bool:
    if exact(pins, "environment"):
        return False
    event, ref = pins.get("event_name"), pins.get("ref", "*")
    if event:
        return matches(event, "pull_request") and matches(ref, "refs/pull/1/merge")
    return _any_context(pins) or bool(pins.get("ref") and matches(ref, "refs/pull/1/merge"))


def _any_branch(pins: Pins) -> bool:
    return not pins.get("environment") and lets_any(pins.get("ref", "*"), "refs/heads/")


def _several_environments(pins: Pins) -> bool:
    return bool(pins.get("environment")) and not exact(pins, "environment", "ref")


_WEAKNESSES: Final = (
    dangerous(
        lambda pins: not (_one_repository(pins) or _one_owner(pins) or _one_workflow(pins)),
        gettext_noop("Dangerous: lets in any repository on GitHub, of any owner."),
    ),
    dangerous(
        lambda pins: not (_one_repository(pins) or _one_owner(pins)),
        gettext_noop(
            "Dangerous: lets in every repository that may call this workflow, which is any on "
            "GitHub if it is public. Add a rule for repository_owner_id."
        ),
    ),
    dangerous(
        lambda pins: not (_one_repository(pins) or _one_workflow(pins)),
        gettext_noop("Dangerous: lets in any repository of the owner, also new ones."),
    ),
    dangerous(
        lambda pins: _pull_requests(pins) and not (_one_workflow(pins) and _any_context(pins)),
        gettext_noop("Dangerous: lets in pull requests, whose code nobody has reviewed."),
    ),
    dangerous(
        lambda pins: _any_branch(pins) and not (_one_workflow(pins) and _any_context(pins)),
        gettext_noop("Dangerous: lets in any branch, also new ones."),
    ),
    dangerous(
        _several_environments,
        gettext_noop("Dangerous: lets in several environments, also new ones without protection."),
    ),
    dangerous(
        lambda pins: "twin" in pins,
        gettext_noop(
            "Dangerous: lets in two environments, because one with : in its name and one with %3A "
            "send the same subject. Add a rule for the claim environment."
        ),
    ),
    caution(
        lambda pins: "" in pins.values(),
        gettext_noop("Caution: accepts nothing. A : in the name of an environment is sent as %3A."),
    ),
    caution(
        lambda pins: _one_workflow(pins) and _any_context(pins),
        gettext_noop("Caution: lets in every branch that may call this workflow."),
    ),
    caution(
        lambda pins: (
            not exact(pins, "environment") and pins.get("ref", "").startswith("refs/tags/")
        ),
        gettext_noop("Caution: a tag can be moved to other code, unless a ruleset protects it."),
    ),
    caution(
        lambda pins: not exact(pins, "environment") and "*" in pins.get("ref", ""),
        gettext_noop("Caution: lets in several branches, also new ones of such a name."),
    ),
)

PRESET: Final = Preset(
    key="github",
    name="GitHub Actions",
    issuer=ISSUER,
    subjects=re.compile(r"repo:.*[:*]"),  # also those of Gitea and Forgejo
    # GitHub.com, an enterprise with its own issuer, GitHub Enterprise Server
    issuers=re.compile(rf"{re.escape(ISSUER)}(/.*)?|https://[^/]+/_services/token"),
    fields=(
        PresetField("owner", gettext_noop("Organization or user"), "octo-org"),
        PresetField("repository", gettext_noop("Repository"), "octo-repo"),
        ENVIRONMENT,
        BRANCH,
        TAG,
        optional("owner_id", gettext_noop("Id of the organization or user"), "123456"),
        optional("repository_id", gettext_noop("Id of the repository"), "7891011"),
    ),
    rules_of=rules_of,
    pins_of=pins_of,
    weaknesses=_WEAKNESSES,
    safe=gettext_noop(
        "Safe: accepts one branch or environment of one repository. An environment is as safe "
        "as its protection rules."
    ),
)
