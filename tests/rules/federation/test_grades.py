"""How much a rule lets in, platform by platform. FED-4."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.federation.presets import PRESETS, grade_of
from clients_app.rules.federation.trust import Level, Trust
from tests.rules.federation.grade_cases import CAUTION, DANGEROUS, GRADES, PROJECT, SAFE

ISSUERS = {
    "github": "https://token.actions.githubusercontent.com",
    "gitlab": "https://gitlab.com",
    "bitbucket": "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
    "circleci": "https://oidc.circleci.com/org/2a3b4c5d-1111-2222-3333-444455556666",
    "terraform": "https://app.terraform.io",
    "google": "https://accounts.google.com",
}


def trust(preset: str, rule: str, claims: dict[str, str] | None = None) -> Trust:
    issuer = ISSUERS.get(preset, "https://issuer.example")
    return Trust(preset=preset, issuer=issuer, subject_rule=rule, claim_rules=claims or {})


@pytest.mark.parametrize(
    ("preset", "rule", "claims", "level", "words"),
    [
        (preset, *((rule, {}) if isinstance(rule, str) else rule), *grade)
        for preset, rules_by_grade in GRADES.items()
        for grade, rules in rules_by_grade.items()
        for rule in rules
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
