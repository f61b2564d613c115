"""The vectors of the package subvectors, as rules of the portal.

The package has conditions of AWS, Azure and Google. What the portal's rules cannot say, such as
``?`` and "is not", is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from subvectors import corpus

from clients_app.errors import RuleBroken
from clients_app.rules.federation.trust import Trust
from clients_app.rules.subject_rules import checked_rule, matches, matches_claim

PRESETS = {"terraform-cloud": "terraform"}
ISSUERS = {
    "github": "https://token.actions.githubusercontent.com",
    "gitlab": "https://gitlab.com",
    "bitbucket": "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
    "circleci": "https://oidc.circleci.com/org/2a3b4c5d-1111-2222-3333-444455556666",
    "terraform-cloud": "https://app.terraform.io",
}
_CLAIM = r"(?:assertion|claims)(?:\.(\w+)|\['([^']+)'\])"
_TERM = re.compile(
    rf"{_CLAIM}(?: (==|eq|matches) '([^']*)'|\.(startsWith)\('([^']*)'\)| (in) \[(.*)\])"
)
_NO_RULE: list[dict[str, str]] = []


@dataclass(frozen=True)
class Vector:
    """A vector: the token's claims, and one Trust for each of the alternatives that it allows."""

    id: str
    claims: dict[str, Any]
    trusts: tuple[Trust, ...]
    expected: bool
    level: str | None

    def is_accepted(self) -> bool:
        """Return whether one of the rules accepts the token."""
        return any(accepts(trust, self.claims) for trust in self.trusts)


def accepts(trust: Trust, claims: dict[str, Any]) -> bool:
    """Return whether the subject rule and all other rules of ``trust`` fit ``claims``."""
    return matches(trust.subject_rule, claims["sub"]) and all(
        matches_claim(rule, claims, name) for name, rule in trust.claim_rules.items()
    )


def vectors() -> Iterator[Vector]:
    """Yield the vectors whose conditions the portal's rules can say."""
    for name in corpus.suite_names():
        for vector in corpus.load_suite(name)["vectors"]:
            if alternatives := _alternatives(vector["condition"]):
                yield Vector(
                    vector["id"],
                    {"sub": vector["subject"], **vector.get("claims", {})},
                    tuple(_trust(vector["issuer"], rules) for rules in alternatives),
                    vector["expect"] == "match",
                    (vector.get("judgment") or {}).get("grade"),
                )


def _trust(issuer: str, rules: dict[str, str]) -> Trust:
    claims = {name: rule for name, rule in rules.items() if name != "sub"}
    return Trust(
        preset=PRESETS.get(issuer, issuer),
        issuer=ISSUERS[issuer],
        subject_rule=rules.get("sub", "*"),
        claim_rules=claims,
    )


def _alternatives(condition: dict[str, Any]) -> list[dict[str, str]]:
    consumer = condition["consumer"]
    if condition.get("qualifier"):
        return _NO_RULE
    if consumer == "aws-all":
        together: list[dict[str, str]] = [{}]
        for one in condition["of"]:
            together = [old | new for old in together for new in _alternatives(one)]
        return together
    if consumer in ("gcp-cel", "azure-fic-flexible"):
        return _expression(condition["pattern"])
    patterns = condition["pattern"]
    patterns = [patterns] if isinstance(patterns, str) else patterns
    exact = consumer != "aws-stringlike"
    if not all(_sayable(pattern, exact=exact) for pattern in patterns):
        return _NO_RULE
    return [{condition.get("claim", "sub"): pattern} for pattern in patterns]


def _expression(text: str) -> list[dict[str, str]]:
    alternatives: list[dict[str, str]] = [{}]
    for term in re.split(r" && | and ", text):
        found = _TERM.fullmatch(term)
        if found is None:
            return _NO_RULE
        claim, operator = found[1] or found[2], found[3] or found[5] or found[7]
        rules = re.findall("'([^']*)'", found[8]) if operator == "in" else [found[4] or found[6]]
        if operator == "startsWith":
            rules = [f"{rules[0]}*"]
        if not all(_sayable(rule, exact=operator in ("==", "eq", "in")) for rule in rules):
            return _NO_RULE
        alternatives = [old | {claim: rule} for old in alternatives for rule in rules]
    return alternatives


def _sayable(pattern: str, *, exact: bool) -> bool:
    if (exact and "*" in pattern) or (not exact and "?" in pattern):
        return False
    try:
        return checked_rule(pattern, field="") == pattern
    except RuleBroken:
        return False
