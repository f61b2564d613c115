"""The smallest change that makes a refused token fit. FED-7."""

from dataclasses import replace

import pytest

from clients_app.rules.assertions import Verdict
from clients_app.rules.federation.fitting import fitted
from clients_app.rules.federation.trust import Trust

TRUST = Trust(
    preset="github",
    issuer="https://issuer.example",
    subject_rule="repo:o/*:environment:prod",
    claim_rules={"ref": "main", "a": "b"},
)


def sub(sent: str, problem: str = "subject rule") -> Verdict:
    return Verdict("sub", sent, TRUST.subject_rule, problem)


def test_rules_take_what_was_sent_and_keep_what_fits():
    verdicts = [
        sub("repo:o/app:environment:test"),
        Verdict("ref", "next", "main", "claim rule"),
        Verdict("a", "b", "b"),
    ]

    assert fitted(TRUST, verdicts) == replace(
        TRUST, subject_rule="repo:o/*:environment:test", claim_rules={"ref": "next", "a": "b"}
    )


def test_slash_at_the_end_of_the_issuer_is_taken():
    slash = Verdict("iss", "https://issuer.example/", TRUST.issuer, "platform issuer slash")

    assert fitted(TRUST, [slash]) == replace(TRUST, issuer="https://issuer.example/")


@pytest.mark.parametrize(
    "verdict",
    [
        sub("repo:o/app:environment:prod", problem=""),
        sub(f"{'a' * 500}…"),
        sub("repo:o/\ufffd"),
        sub("repo:o/*"),
        sub(""),
        Verdict("ref", "", "main", "missing claim"),
        Verdict("unknown", "x", "y", "claim rule"),
        Verdict("aud", "https://other.example", "https://portal.example", "platform audience"),
        Verdict("iss", "https://other.example", TRUST.issuer, "platform issuer"),
        Verdict("exp", "1", "2", "expired"),
    ],
)
def test_what_no_rule_can_mend_changes_nothing(verdict: Verdict):
    assert fitted(TRUST, [verdict]) is None
