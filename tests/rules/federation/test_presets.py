"""What the form of each platform makes, and that its tokens are accepted. FED-5."""

from typing import Any

import pytest

from clients_app.rules.federation.presets import PRESETS, grade_of, trust_of
from clients_app.rules.federation.trust import Level
from tests.rules.federation.subject_vectors import accepts
from tests.rules.refusals import refused

GITHUB = {"owner": "octo-org", "repository": "octo-repo"}
GITHUB_IDS = {**GITHUB, "owner_id": "1", "repository_id": "2"}
GITLAB = {"project": "my-group/my-project"}
BITBUCKET = {"workspace": "w", "repository": "{1DE489BE-ce6a-42a0-a8c8-eadbf1174ac7}"}
REPOSITORY = "{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}"
ENVIRONMENT = "{bd715740-c970-486b-b68a-b421ec2a1f8b}"
UUID = "2a3b4c5d-1111-2222-3333-444455556666"
TERRAFORM = {"organization": "o", "project": "Default Project", "workspace": "w"}
APPLY = "organization:o:project:Default Project:workspace:w:run_phase:apply"
SAFE, CAUTION, _ = Level

Values = dict[str, str]


@pytest.mark.parametrize(
    ("preset", "values", "claims", "level"),
    [
        (
            "github",
            {**GITHUB, "branch": "main"},
            {"sub": "repo:octo-org/octo-repo:ref:refs/heads/main"},
            SAFE,
        ),
        (
            "github",
            {**GITHUB_IDS, "branch": "a/b"},
            {"sub": "repo:octo-org@1/octo-repo@2:ref:refs/heads/a/b"},
            SAFE,
        ),
        (
            "github",
            {**GITHUB, "environment": "Production:V1"},
            {
                "sub": "repo:octo-org/octo-repo:environment:Production%3AV1",
                "environment": "Production:V1",
            },
            SAFE,
        ),
        (
            "github",
            {**GITHUB, "tag": "v1"},
            {"sub": "repo:octo-org/octo-repo:ref:refs/tags/v1"},
            CAUTION,
        ),
        (
            "gitlab",
            {**GITLAB, "project_id": "20", "branch": "main"},
            {
                "sub": "project_path:my-group/my-project:ref_type:branch:ref:main",
                "project_id": "20",
            },
            SAFE,
        ),
        (
            "gitlab",
            {**GITLAB, "tag": "v1", "project_id": "20"},
            {
                "sub": "project_path:my-group/my-project:ref_type:tag:ref:v1",
                "project_id": "20",
                "ref_protected": "true",
            },
            SAFE,
        ),
        (
            "bitbucket",
            {**BITBUCKET, "environment": ENVIRONMENT.strip("{}")},
            {"sub": f"{REPOSITORY}:{ENVIRONMENT}:{{759de0c6}}"},
            SAFE,
        ),
        (
            "bitbucket",
            {**BITBUCKET, "branch": "main"},
            {"sub": f"{REPOSITORY}:{{759de0c6}}", "branchName": "main"},
            SAFE,
        ),
        (
            "circleci",
            {"organization_id": UUID, "project_id": UUID, "branch": "main"},
            {
                "sub": f"org/{UUID}/project/{UUID}/user/u",
                "oidc.circleci.com/vcs-ref": "refs/heads/main",
                "oidc.circleci.com/ssh-rerun": False,
            },
            SAFE,
        ),
        ("terraform", TERRAFORM, {"sub": APPLY}, CAUTION),
        (
            "terraform",
            {**TERRAFORM, "organization_id": "org-1", "workspace_id": "ws-1"},
            {
                "sub": APPLY,
                "terraform_organization_id": "org-1",
                "terraform_workspace_id": "ws-1",
            },
            SAFE,
        ),
        (
            "kubernetes",
            {"namespace": "orders", "service_account": "importer"},
            {"sub": "system:serviceaccount:orders:importer"},
            SAFE,
        ),
        (
            "aws",
            {"account": "123456789012", "role": "team/importer"},
            {"sub": "arn:aws:iam::123456789012:role/team/importer"},
            SAFE,
        ),
        ("entra", {"tenant_id": UUID, "subject": UUID}, {"sub": UUID}, SAFE),
        ("google", {"subject": "112233445566778899001"}, {"sub": "112233445566778899001"}, SAFE),
        (
            "spiffe",
            {"subject": "spiffe://a.example/ns/b"},
            {"sub": "spiffe://a.example/ns/b"},
            SAFE,
        ),
        ("other", {"subject": "importer"}, {"sub": "importer"}, SAFE),
    ],
)
def test_form_makes_rules_that_accept_the_platforms_token(
    preset: str, values: Values, claims: dict[str, Any], level: Level
):
    trust = trust_of(PRESETS[preset], values)

    assert accepts(trust, claims)
    for name in claims:
        assert not accepts(trust, {**claims, name: "other"})
    assert grade_of(trust).level is level


@pytest.mark.parametrize(
    ("preset", "values", "issuer"),
    [
        ("github", {**GITHUB, "branch": "main"}, "https://token.actions.githubusercontent.com"),
        ("gitlab", {**GITLAB, "branch": "main"}, "https://gitlab.com"),
        (
            "bitbucket",
            {**BITBUCKET, "branch": "main"},
            "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
        ),
        (
            "circleci",
            {"organization_id": UUID, "project_id": UUID, "branch": "main"},
            f"https://oidc.circleci.com/org/{UUID}",
        ),
        ("terraform", TERRAFORM, "https://app.terraform.io"),
        (
            "entra",
            {"tenant_id": UUID, "subject": UUID},
            f"https://login.microsoftonline.com/{UUID}/v2.0",
        ),
        ("google", {"subject": "1"}, "https://accounts.google.com"),
        ("other", {"subject": "a"}, ""),
    ],
)
def test_form_knows_the_issuer_and_takes_another(preset: str, values: Values, issuer: str):
    assert trust_of(PRESETS[preset], values).issuer == issuer
    own = trust_of(PRESETS[preset], values, issuer="https://git.example")
    assert own.issuer == "https://git.example"


@pytest.mark.parametrize(
    ("preset", "values", "field"),
    [
        ("github", {**GITHUB}, "environment"),
        ("github", {**GITHUB, "branch": "main", "tag": "v1"}, "environment"),
        ("github", {"owner": "a/b", "repository": "c", "branch": "main"}, "owner"),
        ("github", {"owner": "a:b", "repository": "c", "branch": "main"}, "owner"),
        ("github", {"owner": "*", "repository": "c", "branch": "main"}, "owner"),
        ("github", {"owner": "a", "repository": "", "branch": "main"}, "repository"),
        ("github", {**GITHUB, "branch": "*"}, "branch"),
        ("github", {**GITHUB, "branch": "main:environment:prod"}, "branch"),
        ("github", {**GITHUB, "owner_id": "1", "branch": "main"}, "repository_id"),
        ("github", {**GITHUB_IDS, "owner_id": "x", "branch": "main"}, "owner_id"),
        ("gitlab", {"project": "a:b", "branch": "main"}, "project"),
        ("bitbucket", {**BITBUCKET, "repository": "name", "branch": "main"}, "repository"),
        (
            "circleci",
            {"organization_id": "x", "project_id": UUID, "branch": "a"},
            "organization_id",
        ),
        ("aws", {"account": "12", "role": "a"}, "account"),
        ("spiffe", {"subject": "spiffe://a.example"}, "subject"),
        ("other", {"subject": "a*"}, "subject"),
    ],
)
def test_form_refuses_what_would_make_another_rule(preset: str, values: Values, field: str):
    assert refused(trust_of, PRESETS[preset], values).field == field


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.key)
def test_examples_of_the_form_may_be_entered(preset):
    values = {field.name: field.example for field in preset.fields}
    for spare in [field.name for field in preset.fields if field.choice][1:]:
        values[spare] = ""

    trust = trust_of(preset, values)

    assert grade_of(trust).level is SAFE
