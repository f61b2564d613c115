"""Rules and grades by vectors that somebody else wrote and cites: the package subvectors."""

import pytest

from clients_app.rules.federation.presets import grade_of
from clients_app.rules.federation.trust import Level
from tests.rules.federation.subject_vectors import Vector, vectors

VECTORS = list(vectors())

#: Here ``*`` in the middle stands for one part only: the origin has several.
STRICTER = {"circleci-aws-vcs-ref-branch-pin-v2"}
#: Vectors that judge a token by what cannot be read from the rule, or rules as whole conditions.
MILDER = {
    "gitlab-aws-path-reuse-no-projectid": "the same rule has caution in five other vectors",
    "gitlab-az-fic-path-reuse-squatter": "as above",
    "gl-flex-eq-path-reuse-squatter-no-lever": "as above",
    "gh-aws-all-docs-github-tab-example": "held at caution for what it teaches",
    "gh-aws-rename-flips-format-and-breaks-the-policy": "the same rule is safe in five others",
    "gh-gcp-classic-sub-immutable-break": "as above",
    "az-fic-environment-match": "the same rule is safe in gh-aws-environment-subject-exact",
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_rule_accepts_what_the_vector_says(vector: Vector):
    expected = vector.expected and vector.id not in STRICTER

    assert vector.is_accepted() is expected


@pytest.mark.parametrize(
    "vector", [one for one in VECTORS if one.level and one.id not in MILDER], ids=lambda one: one.id
)
def test_grade_is_as_strict_as_the_vectors(vector: Vector):
    worst = max((grade_of(trust) for trust in vector.trusts), key=lambda grade: grade.level.rank)

    assert worst.level.rank >= Level(vector.level).rank, worst.sentence


@pytest.mark.parametrize("name", MILDER)
def test_exceptions_are_milder_by_one_level(name: str):
    vector = next(one for one in VECTORS if one.id == name)
    worst = max(grade_of(trust).level.rank for trust in vector.trusts)

    assert worst == Level(vector.level or "").rank - 1


def test_most_vectors_are_tried():
    assert len(VECTORS) >= 130
