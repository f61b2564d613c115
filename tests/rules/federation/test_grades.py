"""How much a rule lets in, platform by platform. FED-4."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.federation.presets import PRESETS, grade_of
from clients_app.rules.federation.trust import Level, Trust

SAFE, CAUTION, DANGEROUS = Level
ISSUERS = {
    "github": "https://token.actions.githubusercontent.com",
    "gitlab": "https://gitlab.com",
    "bitbucket": "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
    "circleci": "https://oidc.circleci.com/org/2a3b4c5d-1111-2222-3333-444455556666",
    "terraform": "https://app.terraform.io",
    "google": "https://accounts.google.com",
}
REPOSITORY = "{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}"
ENVIRONMENT = "{bd715740-c970-486b-b68a-b421ec2a1f8b}"
WORKFLOW = "o/r/w.yml@refs/heads/main"
CIRCLE = "org/o/project/p"
BRANCH = {"oidc.circleci.com/vcs-ref": "refs/heads/main"}
NO_SSH = {"oidc.circleci.com/ssh-rerun": "false"}
PROJECT = "project_path:g/p:ref_type:branch:ref"
WORKSPACE = "organization:o:project:p:workspace:w:run_phase"
IDS = {"terraform_organization_id": "org-1", "terraform_workspace_id": "ws-1"}
PROTECTED = {"environment": "prod", "environment_protected": "true"}


def trust(preset: str, rule: str, claims: dict[str, str] | None = None) -> Trust:
    issuer = ISSUERS.get(preset, "https://issuer.example")
    return Trust(preset=preset, issuer=issuer, subject_rule=rule, claim_rules=claims or {})


@pytest.mark.parametrize(
    ("preset", "rule", "claims", "level", "words"),
    [
        ("github", "repo:o/r:ref:refs/heads/main", {}, SAFE, "one branch"),
        ("github", "repo:o@1/r@2:ref:refs/heads/main", {}, SAFE, "one branch"),
        ("github", "repo:o/r:environment:prod", {}, SAFE, "protection rules"),
        ("github", "*", {"repository_id": "2", "ref": "refs/heads/main"}, SAFE, "one branch"),
        ("github", "repo:o/r:*", {"environment": "prod"}, SAFE, "one branch"),
        ("github", "repo:o/r:ref:refs/tags/v1", {}, CAUTION, "tag"),
        ("github", "repo:o/r:ref:refs/heads/release/*", {}, CAUTION, "several branches"),
        ("github", "repo:o/r:environment:a:b", {}, CAUTION, "accepts nothing"),
        ("github", f"job_workflow_ref:{WORKFLOW}", {}, DANGEROUS, "any on GitHub"),
        ("github", "*", {"job_workflow_ref": WORKFLOW}, DANGEROUS, "any on GitHub"),
        (
            *("github", f"job_workflow_ref:{WORKFLOW}", {"repository_owner_id": "1"}),
            *(CAUTION, "call this workflow"),
        ),
        ("github", "repo:o/r:pull_request", {}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r:*", {}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r:pull_*", {}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r", {}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r:ref:refs/*", {}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r:ref:refs/pull/1/merge", {}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r:*", {"event_name": "pull_request*"}, DANGEROUS, "pull requests"),
        ("github", "repo:o/r:*", {"event_name": "push"}, DANGEROUS, "any branch"),
        ("github", "repo:o/r:ref:refs/heads/*", {}, DANGEROUS, "any branch"),
        ("github", "repo:o/r:*", {"ref": "refs/heads/*"}, DANGEROUS, "any branch"),
        ("github", "repo:o/r:environment:*", {}, DANGEROUS, "several environments"),
        ("github", "repo:o/r:environment:p*", {}, DANGEROUS, "several environments"),
        ("github", "repo:o/r:environment:a%3Ab", {}, DANGEROUS, "two environments"),
        ("github", "repo:o/r:environment:a%3Ab", {"environment": "a:b"}, SAFE, "one branch"),
        ("github", "repo:o/*:ref:refs/heads/main", {}, DANGEROUS, "repository of the owner"),
        ("github", "*", {"repository_owner_id": "1"}, DANGEROUS, "repository of the owner"),
        ("github", "repo:o*/r:environment:prod", {}, DANGEROUS, "any repository on GitHub"),
        ("github", "repo:*", {}, DANGEROUS, "any repository on GitHub"),
        ("github", "*", {"ref": "refs/heads/main"}, DANGEROUS, "any repository on GitHub"),
        ("github", "*", {"workflow": "deploy"}, DANGEROUS, "any repository on GitHub"),
        ("gitlab", f"{PROJECT}:main", {"project_id": "20"}, SAFE, "one project"),
        ("gitlab", "project_id:20:ref_type:branch:ref:main", {}, SAFE, "one project"),
        ("gitlab", "project_id:20:*", PROTECTED, SAFE, "one project"),
        ("gitlab", f"{PROJECT}:main", {}, CAUTION, "project_id"),
        ("gitlab", f"{PROJECT}:r-*", {"project_id": "20"}, CAUTION, "several branches"),
        ("gitlab", "project_id:20:ref_type:tag:ref:v1", {}, CAUTION, "tag can be moved"),
        (
            "gitlab",
            "project_id:20:ref_type:branch:ref:*",
            {"ref_protected": "true"},
            CAUTION,
            "every protected branch",
        ),
        ("gitlab", "project_id:20:ref_type:branch:ref:*", {}, DANGEROUS, "any branch"),
        ("gitlab", "project_id:20:*", {"environment": "prod"}, DANGEROUS, "any branch"),
        ("gitlab", "project_id:20:ref_type:*:ref:main", {}, DANGEROUS, "tag with the name"),
        ("gitlab", "project_path:g/*", {}, DANGEROUS, "any project of the group"),
        ("gitlab", "*", {"namespace_id": "7"}, DANGEROUS, "any project of the group"),
        ("gitlab", "*", {"ref_protected": "true"}, DANGEROUS, "any project of this GitLab"),
        ("bitbucket", f"{REPOSITORY}:{ENVIRONMENT}:*", {}, SAFE, "one branch"),
        ("bitbucket", f"{REPOSITORY}:*", {"branchName": "main"}, SAFE, "one branch"),
        ("bitbucket", f"{REPOSITORY}:*", {"branchName": "r-*"}, CAUTION, "several branches"),
        ("bitbucket", f"{REPOSITORY}:prod:*", {}, CAUTION, "UUID"),
        ("bitbucket", f"{REPOSITORY}:{ENVIRONMENT}", {}, CAUTION, "one run"),
        ("bitbucket", f"{REPOSITORY}:*", {}, DANGEROUS, "any branch"),
        ("bitbucket", f"{REPOSITORY}:*:*", {}, DANGEROUS, "any branch"),
        ("bitbucket", "*", {}, DANGEROUS, "any repository"),
        ("circleci", f"{CIRCLE}/*", {**BRANCH, **NO_SSH}, SAFE, "one branch"),
        ("circleci", f"{CIRCLE}/user/*/vcs-origin/*/vcs-ref/refs/heads/main", NO_SSH, SAFE, "one"),
        ("circleci", f"{CIRCLE}/*", BRANCH, CAUTION, "SSH"),
        ("circleci", f"{CIRCLE}/user/u", NO_SSH, CAUTION, "one person"),
        ("circleci", f"{CIRCLE}/*", {}, DANGEROUS, "any branch"),
        ("circleci", "org/o/*", {}, DANGEROUS, "any project"),
        ("terraform", f"{WORKSPACE}:apply", IDS, SAFE, "applies of one workspace"),
        ("terraform", "*", {**IDS, "terraform_run_phase": "apply"}, SAFE, "applies"),
        ("terraform", f"{WORKSPACE}:apply", {}, CAUTION, "name can be given"),
        ("terraform", f"{WORKSPACE}:*", IDS, DANGEROUS, "plans"),
        ("terraform", f"{WORKSPACE}:plan", IDS, DANGEROUS, "plans"),
        ("terraform", "organization:o:*", {}, DANGEROUS, "any workspace"),
        ("terraform", "*", {"terraform_workspace_name": "prod"}, DANGEROUS, "any organization"),
        ("kubernetes", "system:serviceaccount:n:a", {}, SAFE, "one service account"),
        ("kubernetes", "*", {"kubernetes.io.namespace": "n"}, CAUTION, "several service accounts"),
        ("kubernetes", "system:serviceaccount:n:*", {}, CAUTION, "several service accounts"),
        ("kubernetes", "system:serviceaccount:*", {}, DANGEROUS, "any namespace"),
        ("kubernetes", "system:serviceaccount:n*:a", {}, DANGEROUS, "any namespace"),
        ("kubernetes", "*", {}, DANGEROUS, "any namespace"),
        ("aws", "arn:aws:iam::123456789012:role/team/r", {}, SAFE, "one role"),
        ("aws", "arn:aws:iam::123456789012:role/team/*", {}, CAUTION, "several roles"),
        ("aws", "arn:aws:iam::123456789012:role/t*/r", {}, CAUTION, "several roles"),
        ("aws", "arn:aws:iam::123456789012:role/*", {}, DANGEROUS, "any role"),
        ("aws", "arn:aws:iam::123456789012:*", {}, DANGEROUS, "any role"),
        ("aws", "*", {}, DANGEROUS, "any role"),
        ("google", "112233445566778899001", {}, SAFE, "one identity"),
        ("google", "*", {"email": "a@b.example"}, CAUTION, "Enter the id"),
        ("google", "*", {}, DANGEROUS, "any identity"),
        ("entra", "*", {"azpacr": "2"}, DANGEROUS, "any identity"),
        ("spiffe", "spiffe://example.org/ns/a", {}, SAFE, "one workload"),
        ("spiffe", "spiffe://example.org/ns/*", {}, DANGEROUS, "any workload"),
        ("spiffe", "spiffe://example.org/*", {}, DANGEROUS, "any workload"),
        ("spiffe", "spiffe://*", {}, DANGEROUS, "any workload"),
        ("other", "importer", {}, SAFE, "one subject"),
        ("other", "team/*", {}, DANGEROUS, "may begin with this word"),
        ("other", "*", {"group": "a"}, CAUTION, "other claims"),
        ("other", "*", {"group": "*"}, DANGEROUS, "any subject"),
        ("other", "*:*", {}, DANGEROUS, "any subject"),
    ],
)
def test_grade_and_its_sentence(
    preset: str, rule: str, claims: dict[str, str], level: Level, words: str
):
    grade = grade_of(trust(preset, rule, claims))

    assert (grade.level, words in grade.sentence) == (level, True), grade.sentence
    assert grade.sentence.lower().startswith(f"{level}: ")


@pytest.mark.parametrize("preset", PRESETS)
def test_known_issuer_decides_the_platform_whatever_the_preset(preset: str):
    issuer = ISSUERS["github"]
    hidden = Trust(preset=preset, issuer=issuer, subject_rule="repo:o/r:pull_request")

    assert grade_of(hidden).level is DANGEROUS


def test_issuer_that_only_looks_like_a_known_one_is_read_by_its_subjects():
    look_alike = Trust(
        preset="other",
        issuer="https://token.actions.githubusercontent.com.example",
        subject_rule="repo:o/r:pull_request",
    )

    assert grade_of(look_alike).level is DANGEROUS
    assert grade_of(replace(look_alike, subject_rule="job:pull_request")).level is SAFE


@pytest.mark.parametrize(("preset", "level"), [("github", CAUTION), ("entra", SAFE)])
def test_audience_of_another_service_needs_caution_where_a_job_could_choose(
    preset: str, level: Level
):
    rule = {"github": "repo:o/r:environment:prod", "entra": "5e6f0c5a-4d37"}[preset]
    foreign = Trust(
        preset=preset,
        issuer=ISSUERS.get(preset, "https://login.microsoftonline.com/t/v2.0"),
        subject_rule=rule,
        audience="api://other",
    )

    assert grade_of(foreign).level is level


@pytest.mark.parametrize(
    ("issuer", "level"),
    [
        (ISSUERS["github"], CAUTION),
        ("https://issuer.example", SAFE),
        ("https://oidc.eks.eu-west-1.amazonaws.com/id/A1", SAFE),
    ],
)
def test_pasted_keys_of_an_issuer_that_publishes_them_need_caution(issuer: str, level: Level):
    """Who pasted them may have the private ones, whatever the rule says."""
    rule = "repo:o/r:environment:prod"
    if "eks" in issuer:
        rule = "system:serviceaccount:n:a"
    pasted = Trust(preset="other", issuer=issuer, subject_rule=rule, has_pasted_keys=True)

    assert grade_of(pasted).level is level


_RULES = st.sampled_from(["x", "x*", "*", "main", "refs/heads/main", "true", "1", "pull_request"])
_CLAIMS = st.sampled_from(
    ["ref", "environment", "repository", "repository_id", "actor", "ref_type", "project_id"]
)


@given(
    st.sampled_from(sorted(PRESETS)),
    st.sampled_from(
        ["*", "repo:o/r:*", "repo:o/r:ref:refs/heads/main", f"{PROJECT}:main", "a:b*", "a"]
    ),
    st.dictionaries(_CLAIMS, _RULES, max_size=3),
)
def test_every_rule_has_a_grade_with_a_sentence(preset: str, rule: str, claims: dict[str, str]):
    grade = grade_of(trust(preset, rule, claims))

    assert grade.sentence.lower().startswith(grade.level)
