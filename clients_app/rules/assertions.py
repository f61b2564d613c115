"""What a JWT must say to authenticate a client: one table of checks, in order.

Each check says what was sent, what is expected, and whether it fits. The token endpoint goes by the
first that does not; "Near miss" shows people all of them.

Source: RFC 7521 section 5.2; RFC 7523 section 3 with the rules of its successor,
draft-ietf-oauth-rfc7523bis: the issuer is the one audience; CRE-3 and CRE-4.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.jwts import Jwt
from clients_app.rules.verdicts import Verdict, shown

ASSERTION_TYPE: Final = "client-authentication+jwt"  # of RFC 7523bis; ``typ`` without application/
LIFE_MAX_S: Final = 300  # how far ahead ``exp`` may be
LEEWAY_S: Final = 30  # between two clocks
ID_MAX: Final = 255  # characters of ``jti``
TRIED_MAX: Final = 3  # keys for one JWT, each of which takes as long as all other checks
_MOMENT_MAX: Final = 253_402_300_799  # the last second of the year 9999
_USUAL_TYPES: Final = (ASSERTION_TYPE, "jwt", "")
_READ_OTHERWISE: Final = ("crit", "b64", "zip", "enc")
_OWN_KEYS: Final = ("jku", "jwk", "x5u")  # members by which a JWT would choose its own key
_UNUSUAL: Final = frozenset({*_READ_OTHERWISE, *_OWN_KEYS, "cty"})


class Expected(NamedTuple):
    """What the server wants of a client's own JWT; ``now`` is in seconds since 1970."""

    client_id: str
    issuer: str
    token_endpoint: str
    now: float
    accepts_token_endpoint: bool = False
    demands_type: bool = False


class Check(NamedTuple):
    """A check of one claim; ``shows`` returns what was sent and what is expected, in words.

    A good assertion is never put into words: that takes longer than all checks.
    """

    claim: str
    problem: Callable[[Jwt, Expected], str]
    shows: Callable[[Jwt, Expected], tuple[str, str]]


def verdicts_on(jwt: Jwt, expected: Expected) -> list[Verdict]:
    """Return a verdict for each check. The signature and a second use are decided elsewhere."""
    return [
        Verdict(check.claim, *check.shows(jwt, expected), check.problem(jwt, expected))
        for check in CHECKS
    ]


def mended(verdict: Verdict, *, accepts_token_endpoint: bool, demands_type: bool) -> Verdict:
    """Return the verdict, or that it fits if what it asks people to change was changed."""
    is_usual = type_of(Jwt({"typ": verdict.sent or None}, {}, b"", b"")) in _USUAL_TYPES
    by_type = verdict.problem == "type" and is_usual and not demands_type
    by_audience = verdict.problem == "token endpoint" and accepts_token_endpoint
    return verdict._replace(problem="") if by_type or by_audience else verdict


def first_problem(jwt: Jwt, expected: Expected) -> str:
    """Return what is wrong by the first check that does not fit, empty if all do."""
    for check in CHECKS:
        if problem := check.problem(jwt, expected):
            return problem
    return ""


def check_header(jwt: Jwt) -> Verdict:
    """Refuse what changes how a JWT is read, and one that names its own key (RFC 8725 3.10).

    ``crit``: extensions; ``b64``, ``zip`` and ``enc``: other encodings of what was signed; ``cty``
    JWT: another JWT in it (RFC 7519 section 5.2).
    """
    problem = _header_problem(jwt)
    named = (name for name in (*_READ_OTHERWISE, "cty", *_OWN_KEYS) if name in jwt.header)
    name = next(named, "header")
    return Verdict(name, shown(jwt.header.get(name)) if problem else "", "", problem)


def check_end(jwt: Jwt, *, now: float, life_max_s: int | None = None) -> Verdict:
    """Require ``exp``, LEEWAY_S ago at most, and ``life_max_s`` ahead at most."""
    problem = _end_problem(jwt, now, life_max_s)
    expected = f"{_text(now - LEEWAY_S)} or later"
    if problem == "long life":
        expected = f"{_text(now + (life_max_s or 0))} or sooner"
    return Verdict("exp", _shown_moment(jwt, "exp"), expected, problem)


def check_start(jwt: Jwt, claim: str, *, now: float) -> Verdict:
    """Refuse an ``iat`` or ``nbf`` that is later than LEEWAY_S from now; they are optional."""
    problem = _start_problem(jwt, claim, now)
    return Verdict(claim, _shown_moment(jwt, claim), f"{_text(now + LEEWAY_S)} or sooner", problem)


def _header_problem(jwt: Jwt) -> str:
    if jwt.header.keys().isdisjoint(_UNUSUAL):  # nearly always
        return ""
    content_type = str(jwt.header.get("cty", "")).lower().removeprefix("application/")
    if content_type == "jwt" or any(name in jwt.header for name in _READ_OTHERWISE):
        return "critical"
    return "own key" if any(name in jwt.header for name in _OWN_KEYS) else ""


def _end_problem(jwt: Jwt, now: float, life_max_s: int | None) -> str:
    end = jwt.claims.get("exp")
    if end is None:
        return "no end"
    if not _is_moment(end):
        return "no moment"
    if end <= now - LEEWAY_S:
        return "expired"
    is_late = life_max_s is not None and end > now + life_max_s + LEEWAY_S
    return "long life" if is_late else ""


def _start_problem(jwt: Jwt, claim: str, now: float) -> str:
    start = jwt.claims.get(claim)
    if start is None:
        return ""
    if not _is_moment(start):
        return "no moment"
    return "future" if start > now + LEEWAY_S else ""


def type_of(jwt: Jwt) -> str:
    """Return ``typ`` in lower case, without ``application/`` (RFC 7515 section 4.1.9)."""
    sent = jwt.header.get("typ")
    if sent is None:
        return ""
    return sent.lower().removeprefix("application/") if isinstance(sent, str) else "no text"


def _type_problem(jwt: Jwt, expected: Expected) -> str:
    accepted = (ASSERTION_TYPE,) if expected.demands_type else _USUAL_TYPES
    return "" if type_of(jwt) in accepted else "type"


def _issuer_problem(jwt: Jwt, expected: Expected) -> str:
    return "" if _is_client(jwt.claims.get("iss"), expected) else "issuer"


def _subject_problem(jwt: Jwt, expected: Expected) -> str:
    """Refuse a ``sub`` that is written otherwise than a right ``iss``; a wrong one has a problem of
    its own."""
    subject, issuer = jwt.claims.get("sub"), jwt.claims.get("iss")
    if subject == issuer or not _is_client(issuer, expected):
        return "" if _is_client(subject, expected) else "subject"
    return "subject"


def _shown_subject(jwt: Jwt, expected: Expected) -> tuple[str, str]:
    issuer = jwt.claims.get("iss")
    wanted = shown(issuer) if _is_client(issuer, expected) else expected.client_id
    return shown(jwt.claims.get("sub")), wanted


def _audience_problem(jwt: Jwt, expected: Expected) -> str:
    audience = jwt.claims.get("aud")
    if audience is None:
        return "no audience"
    if not isinstance(audience, str):
        return "several audiences"
    if audience == expected.token_endpoint:
        return "" if expected.accepts_token_endpoint else "token endpoint"
    return "" if audience == expected.issuer else "audience"


def _id_problem(jwt: Jwt, expected: Expected) -> str:
    jti = jwt.claims.get("jti")
    return "" if isinstance(jti, str) and 0 < len(jti) <= ID_MAX else "no id"


def _by(verdict: Callable[[Jwt, Expected], Verdict]) -> Callable[[Jwt, Expected], tuple[str, str]]:
    """Return how a claim is shown that a check of platforms' tokens has too."""

    def shows(jwt: Jwt, expected: Expected) -> tuple[str, str]:
        found = verdict(jwt, expected)
        return found.sent, found.expected

    return shows


def _claim(name: str, problem: Callable[[Jwt, Expected], str], value: str = "") -> Check:
    """Return the check of a claim that should be the ``value`` of that name in Expected, if any."""
    return Check(
        name,
        problem,
        lambda jwt, expected: (
            shown(jwt.claims.get(name)),
            str(getattr(expected, value)) if value else "",
        ),
    )


def _start(claim: str) -> Check:
    return Check(
        claim,
        lambda jwt, expected: _start_problem(jwt, claim, expected.now),
        _by(lambda jwt, expected: check_start(jwt, claim, now=expected.now)),
    )


CHECKS: Final[tuple[Check, ...]] = (
    Check("typ", _type_problem, lambda jwt, _: (shown(jwt.header.get("typ")), ASSERTION_TYPE)),
    Check("header", lambda jwt, _: _header_problem(jwt), _by(lambda jwt, _: check_header(jwt))),
    _claim("iss", _issuer_problem, "client_id"),
    Check("sub", _subject_problem, _shown_subject),
    _claim("aud", _audience_problem, "issuer"),
    Check(
        "exp",
        lambda jwt, expected: _end_problem(jwt, expected.now, LIFE_MAX_S),
        _by(lambda jwt, expected: check_end(jwt, now=expected.now, life_max_s=LIFE_MAX_S)),
    ),
    _start("iat"),
    _start("nbf"),
    _claim("jti", _id_problem),
)


def _is_client(value: object, expected: Expected) -> bool:
    if value == expected.client_id:
        return True
    return isinstance(value, str) and str(parse_client_id(value)) == expected.client_id


def _is_moment(value: Any) -> bool:
    return type(value) in {int, float} and 0 <= value <= _MOMENT_MAX


def _shown_moment(jwt: Jwt, claim: str) -> str:
    value: Any = jwt.claims.get(claim)
    return _text(value) if _is_moment(value) else shown(value)


def _text(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
