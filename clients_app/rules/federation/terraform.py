"""HCP Terraform and Terraform Enterprise.

https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens
``sub`` is ``organization:NAME:project:NAME:workspace:NAME:run_phase:plan`` or ``apply``. All
organizations share the issuer of HCP Terraform. ``TFC_WORKLOAD_IDENTITY_AUDIENCE`` chooses ``aud``.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import NAME, TEXT, Preset, PresetField, optional
from clients_app.rules.federation.trust import Pins, Trust, caution, dangerous, exact, pairs
from clients_app.rules.subject_rules import matches

ISSUER: Final = "https://app.terraform.io"
_CLAIMS: Final = {
    "organization": "terraform_organization_name",
    "workspace": "terraform_workspace_name",
    "run_phase": "terraform_run_phase",
}


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject rule and the rules for other claims that the form's ``values`` make."""
    subject = (
        f"organization:{values['organization']}:project:{values['project']}"
        f":workspace:{values['workspace']}:run_phase:apply"
    )
    ids = {"terraform_organization_id": "organization_id", "terraform_workspace_id": "workspace_id"}
    return subject, {claim: values[name] for claim, name in ids.items() if values[name]}


def pins_of(trust: Trust) -> Pins:
    """Return what the subject of ``trust`` fixes, by the names of claims."""
    named = pairs(trust.subject_rule)
    return {claim: named[name] for name, claim in _CLAIMS.items() if name in named}


_WEAKNESSES: Final = (
    dangerous(
        lambda pins: not exact(pins, "terraform_organization_name", "terraform_organization_id"),
        gettext_noop("Dangerous: lets in any organization of this Terraform."),
    ),
    dangerous(
        lambda pins: not exact(pins, "terraform_workspace_name", "terraform_workspace_id"),
        gettext_noop("Dangerous: lets in any workspace, also new ones."),
    ),
    dangerous(
        lambda pins: matches(pins.get("terraform_run_phase", "*"), "plan"),
        gettext_noop(
            "Dangerous: lets in plans, which also run for pull requests that nobody has reviewed."
        ),
    ),
    caution(
        lambda pins: (
            not (exact(pins, "terraform_organization_id") and exact(pins, "terraform_workspace_id"))
        ),
        gettext_noop(
            "Caution: a name can be given to another workspace. Add rules for "
            "terraform_organization_id and terraform_workspace_id."
        ),
    ),
)

PRESET: Final = Preset(
    key="terraform",
    name="HCP Terraform",
    issuer=ISSUER,
    issuers=re.compile(r"https://app(\.eu)?\.terraform\.io"),
    subjects=re.compile(r"organization:.*[:*]"),  # also those of Terraform Enterprise
    fields=(
        PresetField("organization", gettext_noop("Organization"), "my-org"),
        PresetField("project", gettext_noop("Project"), "Default Project", TEXT),
        PresetField("workspace", gettext_noop("Workspace"), "my-workspace"),
        optional("organization_id", gettext_noop("Id of the organization"), "org-A1", NAME),
        optional("workspace_id", gettext_noop("Id of the workspace"), "ws-A1", NAME),
    ),
    rules_of=rules_of,
    pins_of=pins_of,
    weaknesses=_WEAKNESSES,
    safe=gettext_noop("Safe: accepts the applies of one workspace, by its id."),
)
