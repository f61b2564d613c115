"""What a platform's token must say to prove a client: one table of checks, in order.

It is no assertion that the client made for this server alone, so some rules are milder than those
of ``rules/assertions``: a pod reads one token again and again until it ends, an hour ahead or more;
many tokens have no ``jti``; ``aud`` may be a list, of one.

Source: RFC 7521 section 6.1; RFC 7523 section 3; RFC 8725 section 3; FED-1 to FED-3.
"""

from collections.abc import Iterator
from typing import Final

from clients_app.limits import CLAIM_RULE_MAX, URL_MAX
from clients_app.rules.assertions import (
    ASSERTION_TYPE,
    check_end,
    check_header,
    check_start,
    type_of,
)
from clients_app.rules.federation.trust import Trust
from clients_app.rules.jwts import Jwt
from clients_app.rules.subject_rules import claim_values, matches, matches_claim
from clients_app.rules.verdicts import Verdict, shown

LIFE_MAX_S: Final = 24 * 3600  # how far ahead ``exp`` may be; Terraform's runs may take a day

_TYPES: Final = frozenset({"", "jwt", "jose", "at+jwt", ASSERTION_TYPE})


def verdicts_on(jwt: Jwt, trust: Trust, *, audience: str, now: float) -> list[Verdict]:
    """Return a verdict for each check; ``now`` is in seconds since 1970.

    ``audience`` is the one that the token must be for. The signature is decided elsewhere.
    """
    return list(_verdicts(jwt, trust, audience, now))


def first_problem(jwt: Jwt, trust: Trust, *, audience: str, now: float) -> Verdict | None:
    """Return the first verdict that does not fit, None if all do."""
    found = (one for one in _verdicts(jwt, trust, audience, now) if not one.fits)
    return next(found, None)


def _verdicts(jwt: Jwt, trust: Trust, audience: str, now: float) -> Iterator[Verdict]:
    yield _type(jwt)
    yield check_header(jwt)
    yield _issuer(jwt, trust)
    yield _audience(jwt, audience)
    yield _end(jwt, now)
    yield check_start(jwt, "iat", now=now)
    yield check_start(jwt, "nbf", now=now)
    yield _subject(jwt, trust)
    for name in trust.claim_rules:
        yield _claim(jwt, trust, name)


def _type(jwt: Jwt) -> Verdict:
    """Refuse tokens that say they are for something else (RFC 8725 section 3.11)."""
    problem = "" if type_of(jwt) in _TYPES else "platform type"
    return Verdict("typ", shown(jwt.header.get("typ")), "JWT", problem)


def _end(jwt: Jwt, now: float) -> Verdict:
    verdict = check_end(jwt, now=now, life_max_s=LIFE_MAX_S)
    is_late = verdict.problem == "long life"
    return verdict._replace(problem="long platform life") if is_late else verdict


def _issuer(jwt: Jwt, trust: Trust) -> Verdict:
    issuer = jwt.claims.get("iss")
    problem = "" if issuer == trust.issuer else "platform issuer"
    if isinstance(issuer, str) and problem and issuer.rstrip("/") == trust.issuer.rstrip("/"):
        problem = "platform issuer slash"
    return Verdict("iss", shown(issuer, maximum=URL_MAX), trust.issuer, problem)


def _audience(jwt: Jwt, audience: str) -> Verdict:
    sent = jwt.claims.get("aud")
    one = sent[0] if isinstance(sent, list) and len(sent) == 1 else sent
    if sent is None or sent == []:
        problem = "no platform audience"
    elif isinstance(one, list):
        problem = "several platform audiences"
    else:
        problem = "" if one == audience else "platform audience"
    return Verdict("aud", shown(sent), audience, problem)


def _subject(jwt: Jwt, trust: Trust) -> Verdict:
    subject = jwt.claims.get("sub")
    problem = "no subject"
    if isinstance(subject, str):
        problem = "" if matches(trust.subject_rule, subject) else "subject rule"
    return Verdict("sub", shown(subject, maximum=CLAIM_RULE_MAX), trust.subject_rule, problem)


def _claim(jwt: Jwt, trust: Trust, name: str) -> Verdict:
    rule, values = trust.claim_rules[name], claim_values(jwt.claims, name)
    problem = "" if matches_claim(rule, jwt.claims, name) else "claim rule"
    if not values:
        problem = "missing claim"
    elif problem and len(values) > 1:
        problem = "several values"
    sent = ", ".join(shown(value, maximum=CLAIM_RULE_MAX) for value in values)
    return Verdict(name, sent, rule, problem)
