"""Bitbucket Pipelines: sub is ``{REPOSITORY}:{STEP}``, or ``{REPOSITORY}:{ENVIRONMENT}:{STEP}``.

https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/
All are UUIDs in braces, and a step has a new one at each run. The issuer has the name of the
workspace. A step may choose its audiences; without, ``aud`` names the workspace.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import BRANCH, UUID, Preset, PresetField, choice
from clients_app.rules.federation.trust import Pins, Trust, caution, dangerous, exact, lets_any

_UUID: Final = re.compile(r"\{[0-9a-f-]{36}\}")


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject rule and the rules for other claims that the form's ``values`` make."""
    repository = _in_braces(values["repository"])
    if values["environment"]:
        return f"{repository}:{_in_braces(values['environment'])}:*", {}
    return f"{repository}:*", {"branchName": values["branch"]}


def issuer_of(values: Mapping[str, str]) -> str:
    """Return the issuer of the workspace."""
    workspace = values["workspace"]
    return f"https://api.bitbucket.org/2.0/workspaces/{workspace}/pipelines-config/identity/oidc"


def pins_of(trust: Trust) -> Pins:
    """Return what the subject of ``trust`` fixes, by the names of claims."""
    repository, *others = trust.subject_rule.split(":")
    pins = {"repositoryUuid": repository}
    if others:
        pins["step"] = others.pop()
    if others:
        pins["deploymentEnvironmentUuid"] = others[0]
    return pins


def _in_braces(uuid: str) -> str:
    return "{" + uuid.strip("{}").lower() + "}"


_WEAKNESSES: Final = (
    dangerous(
        lambda pins: not exact(pins, "repositoryUuid"),
        gettext_noop("Dangerous: lets in any repository of the workspace, also new ones."),
    ),
    dangerous(
        lambda pins: (
            not exact(pins, "deploymentEnvironmentUuid", "step")
            and lets_any(pins.get("branchName", "*"))
        ),
        gettext_noop("Dangerous: lets in any branch, also those of pull requests."),
    ),
    caution(
        lambda pins: exact(pins, "step"),
        gettext_noop("Caution: accepts one run only. The last part is new each time; enter *."),
    ),
    caution(
        lambda pins: (
            exact(pins, "deploymentEnvironmentUuid")
            and not _UUID.fullmatch(pins["deploymentEnvironmentUuid"])
        ),
        gettext_noop("Caution: accepts nothing. Tokens name environments by their UUID in braces."),
    ),
    caution(
        lambda pins: not exact(pins, "deploymentEnvironmentUuid", "branchName"),
        gettext_noop("Caution: lets in several branches, also new ones of such a name."),
    ),
)

PRESET: Final = Preset(
    key="bitbucket",
    name="Bitbucket Pipelines",
    issuer_of=issuer_of,
    issuers=re.compile(
        r"https://api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc"
    ),
    fields=(
        PresetField("workspace", gettext_noop("Workspace"), "my-workspace"),
        PresetField(
            "repository",
            gettext_noop("UUID of the repository"),
            "{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}",
            UUID,
        ),
        choice(
            "environment",
            gettext_noop("UUID of the deployment environment"),
            "{bd715740-c970-486b-b68a-b421ec2a1f8b}",
            UUID,
        ),
        BRANCH,
    ),
    rules_of=rules_of,
    pins_of=pins_of,
    weaknesses=_WEAKNESSES,
    safe=gettext_noop(
        "Safe: accepts one branch or environment of one repository. An environment is as safe "
        "as its permissions."
    ),
)
