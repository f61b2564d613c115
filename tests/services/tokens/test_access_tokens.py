"""Access tokens: JWT-1 and JWT-3 to JWT-6."""

import base64
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rest_framework_simplejwt.exceptions import TokenError

from clients_app import conf
from clients_app.models import SigningKey
from clients_app.rules.token_ids import new_token_id
from clients_app.services.signing_keys.private_keys import base64url, loaded_key
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.access_tokens import (
    AccessToken,
    issue_access_token,
)
from clients_app.services.tokens.claims import CLAIMS, Issue, Subject, TokenTemplate
from clients_app.services.tokens.credentials import Credential

MOMENT = datetime(2026, 11, 23, 12, 0, 0, 900_000, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())
TENANT_ID = str(uuid.uuid4())
SECRET = Credential.of_secret(7)
CLIENT = Subject(
    id=str(uuid.uuid4()),
    role_names=("MyData.Role", "Tenant Member"),
    role_ids=(str(uuid.uuid4()), str(uuid.uuid4())),
)
AUDIENCE = "http://localhost:8000"


@pytest.fixture
def kid(db: None, settings: Any) -> str:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    return ensure_active_key(now=MOMENT).kid


def new_token(
    subject: Subject = CLIENT, *, scope: str = "api", credential: Credential | None = SECRET
) -> TokenTemplate:
    """Return a token about ``subject`` for CLIENT."""
    return TokenTemplate(
        issuer=conf.issuer(),
        audience=conf.token_audience(),
        client_id=CLIENT.id,
        tenant_id=TENANT_ID,
        lifetime_s=600,
        credential=credential,
        subject=subject,
        scope=scope,
    )


def issued(
    kid: str, new: TokenTemplate | None = None, now: datetime = MOMENT, **extra_claims: Any
) -> str:
    new = new or new_token()
    return issue_access_token(new, kid=kid, now=now, extra_claims=extra_claims).token


def verified(token: str, *, audience: str = AUDIENCE, now: datetime = MOMENT) -> AccessToken:
    with time_machine.travel(now, tick=False):
        return AccessToken(token, audience=audience)


def test_token_has_exactly_the_specified_claims(kid: str):
    claims = verified(issued(kid)).payload

    assert len(claims.pop("jti")) == 32
    assert claims == {
        "iss": "http://localhost:8000/identity",
        "sub": CLIENT.id,
        "client_id": CLIENT.id,
        "aud": AUDIENCE,
        "iat": SECONDS,
        "nbf": SECONDS,
        "exp": SECONDS + 600,
        "scope": "api",
        "tid": TENANT_ID,
        "roles": list(CLIENT.role_names),
        "role_ids": list(CLIENT.role_ids),
        "cred": 7,
    }
    assert all(type(claims[name]) is int for name in ("iat", "nbf", "exp", "cred"))


def test_token_header_has_type_algorithm_and_key(kid: str):
    assert jwt.get_unverified_header(issued(kid)) == {"typ": "at+jwt", "alg": "ES256", "kid": kid}


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_token_is_the_same_as_from_pyjwt(db: None, settings: Any, algorithm: str):
    """For each algorithm, simplejwt and PyJWT read the same header and claims from both."""
    settings.TOKEN_SIGNING_ALGORITHM = algorithm
    kid = ensure_active_key(now=MOMENT).kid
    headers = {"kid": kid, "typ": "at+jwt"}
    issue = Issue(int(MOMENT.timestamp()), new_token_id(MOMENT))
    claims = {claim.name: claim.value(new_token(), issue) for claim in CLAIMS}
    defined = jwt.encode(claims, loaded_key(kid).private, algorithm, headers=headers)
    lean = issued(kid)

    assert jwt.get_unverified_header(lean) == jwt.get_unverified_header(defined)
    assert header_bytes_sorted(lean) == header_bytes_sorted(defined)
    key = loaded_key(kid).private.public_key()
    with time_machine.travel(MOMENT, tick=False):
        by_pyjwt = [
            jwt.decode(token, key, algorithms=[algorithm], audience=AUDIENCE)
            for token in (lean, defined)
        ]
        by_simplejwt = [AccessToken(token).payload for token in (lean, defined)]
    for pair in (by_pyjwt, by_simplejwt):
        assert pair[0].pop("jti") != pair[1].pop("jti")
        assert pair[0] == pair[1]
        assert set(pair[0]) == set(pair[1])
    assert by_pyjwt == by_simplejwt


def header_bytes_sorted(token: str) -> dict[str, str]:
    segment = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def test_tokens_are_unique(kid: str):
    tokens = [issued(kid) for _ in range(1000)]

    assert len({jwt.decode(t, options={"verify_signature": False})["jti"] for t in tokens}) == 1000
    assert len(set(tokens)) == 1000


@pytest.mark.parametrize("name", ["x" * 48, "ж" * 24])
def test_token_with_25_roles_is_under_4_kb(db: None, name: str):
    """JWT-1; RS256, whose signatures are the longest; names of 48 bytes each."""
    kid = ensure_active_key(now=MOMENT).kid
    subject = Subject(CLIENT.id, (name,) * 25, tuple(str(uuid.uuid4()) for _ in range(25)))

    secret = Credential.of_secret(2**31)
    token = issued(kid, new_token(subject, scope="api ocsapi", credential=secret))

    assert len(token) < 4096


def test_role_names_of_any_alphabet_are_preserved(kid: str):
    subject = CLIENT._replace(role_names=('Мои "данные"\\', "日本語 \U0001f511"))

    assert verified(issued(kid, new_token(subject)))["roles"] == list(subject.role_names)


def test_claims_of_a_grant_are_added_to_the_table(kid: str):
    """A grant cannot replace a claim of the table, such as the issuer or the client."""
    usual = verified(issued(kid)).payload
    added = verified(issued(kid, auth_time=SECONDS, iss="x", client_id="x", act={"sub": "x"}))

    assert added["auth_time"] == SECONDS
    assert added["act"] == {"sub": "x"}
    assert {name: added[name] for name in usual if name != "jti"} == {
        name: value for name, value in usual.items() if name != "jti"
    }


def test_token_without_a_credential_has_no_cred_claim(kid: str):
    claims = verified(issued(kid, new_token(credential=None))).payload

    assert list(claims) == [claim.name for claim in CLAIMS if claim.name != "cred"]


@pytest.mark.parametrize("claim", [claim.name for claim in CLAIMS if claim.is_required])
def test_token_without_a_required_claim_is_refused(kid: str, claim: str):
    with pytest.raises(TokenError):
        verified(signed(kid, {}, **{claim: None}))


def test_expired_token_is_refused_without_leeway(kid: str):
    """Valid one second before, not at the second."""
    token = issued(kid)
    end = datetime.fromtimestamp(SECONDS + 600, tz=UTC)

    assert verified(token, now=end - timedelta(seconds=1))["exp"] == SECONDS + 600
    with pytest.raises(TokenError):
        verified(token, now=end)


def test_token_with_another_audience_is_refused(kid: str, settings: Any):
    """JWT-4."""
    settings.TOKEN_AUDIENCE = "https://api.example.com"
    token = issued(kid)

    assert verified(token, audience="https://api.example.com")["aud"] == "https://api.example.com"
    with pytest.raises(TokenError):
        verified(token, audience=AUDIENCE)


def signed(kid: str, header: dict[str, Any], **changes: Any) -> str:
    """Return a token signed with our key, with ``header`` and ``changes`` applied."""
    claims = jwt.decode(issued(kid), options={"verify_signature": False}) | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    headers = {"kid": kid, "typ": "at+jwt"} | header
    return jwt.encode(kept, loaded_key(kid).private, "ES256", headers=headers)


def test_unchanged_token_is_accepted(kid: str):
    assert verified(signed(kid, {}))["sub"] == CLIENT.id
    assert verified(signed(kid, {"typ": "application/AT+JWT"}))["sub"] == CLIENT.id


SPOILT: dict[str, Callable[[str], str]] = {
    "no text": lambda kid: "",
    "no token": lambda kid: "abc",
    "three dots": lambda kid: "...",
    "not ASCII": lambda kid: "é.é.é",
    "typ JWT": lambda kid: signed(kid, {"typ": "JWT"}),
    "no typ": lambda kid: signed(kid, {"typ": None}),
    "other kid": lambda kid: signed(kid, {"kid": "other"}),
    "path as kid": lambda kid: signed(kid, {"kid": "../../x"}),
    "SQL as kid": lambda kid: signed(kid, {"kid": "' OR 1=1 --"}),
    "crit": lambda kid: signed(kid, {"crit": ["exp"]}),
    "other issuer": lambda kid: signed(kid, {}, iss="https://evil.test/identity"),
    "other audience": lambda kid: signed(kid, {}, aud="https://evil.test"),
    "expired": lambda kid: signed(kid, {}, exp=SECONDS - 1),
    "not yet valid": lambda kid: signed(kid, {}, nbf=SECONDS + 12),
    "issued in the future": lambda kid: signed(kid, {}, iat=SECONDS + 12),
    "exp as text": lambda kid: signed(kid, {}, exp="never"),
    "no exp": lambda kid: signed(kid, {}, exp=None),
    "no jti": lambda kid: signed(kid, {}, jti=None),
    "no tenant": lambda kid: signed(kid, {}, tid=None),
    "cut signature": lambda kid: issued(kid)[:-4],
    "payload of another": lambda kid: ".".join(
        [*issued(kid).split(".")[:1], signed(kid, {}, sub="x").split(".")[1], issued(kid)[-86:]]
    ),
    "alg none": lambda kid: jwt.encode(
        jwt.decode(issued(kid), options={"verify_signature": False}),
        None,
        "none",
        headers={"kid": kid, "typ": "at+jwt"},
    ),
    "HS256 with the public key": lambda kid: hmac_with_public_key(kid),
    "own key in the header": lambda kid: with_own_key(kid),
}


def hmac_with_public_key(kid: str) -> str:
    """Return a token whose HMAC key is our public key; PyJWT refuses to create it."""
    public = loaded_key(kid).private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = json.dumps({"alg": "HS256", "kid": kid, "typ": "at+jwt"}).encode()
    message = f"{base64url(header).decode()}.{issued(kid).split('.')[1]}"
    return f"{message}.{base64url(hmac.digest(pem, message.encode(), 'sha256')).decode()}"


def with_own_key(kid: str) -> str:
    own = ec.generate_private_key(ec.SECP256R1())
    claims = jwt.decode(issued(kid), options={"verify_signature": False})
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(own.public_key(), as_dict=True)
    headers = {"kid": kid, "typ": "at+jwt", "jwk": jwk, "jku": "https://evil.test/jwks"}
    return jwt.encode(claims, own, "ES256", headers=headers)


@pytest.mark.parametrize("name", SPOILT)
def test_forged_token_is_refused(kid: str, name: str):
    """JWT-3."""
    token = SPOILT[name](kid)

    with pytest.raises(TokenError):
        verified(token)


def test_token_of_a_withdrawn_key_is_refused(kid: str):
    """KEY-5: immediately, without a restart."""
    token = issued(kid)
    assert verified(token)["sub"] == CLIENT.id

    SigningKey.objects.update(state=SigningKey.State.REMOVED)

    with pytest.raises(TokenError):
        verified(token)


def test_token_issued_up_to_ten_seconds_in_the_future_is_accepted(kid: str):
    """JWT-5: leeway for the issue time, none for the expiry."""
    assert verified(signed(kid, {}, iat=SECONDS + 10, nbf=SECONDS + 10))["iat"] == SECONDS + 10


def test_token_without_a_valid_signature_costs_no_query(kid: str, django_assert_num_queries: Any):
    """Unknown keys, forgeries, and expired tokens."""
    good = issued(kid)
    unknown = [signed(kid, {"kid": f"unknown {number}"}) for number in range(50)]
    verified(good)

    with django_assert_num_queries(0):
        for token in (*unknown, good[:-4], hmac_with_public_key(kid), with_own_key(kid)):
            with pytest.raises(TokenError):
                verified(token)
        with pytest.raises(TokenError):
            verified(good, now=MOMENT + timedelta(hours=1))
    with django_assert_num_queries(1):
        verified(good)


def test_token_of_the_next_key_is_refused(kid: str):
    """KEY-4: the next key is published but does not sign yet."""
    token = issued(kid)
    SigningKey.objects.update(state=SigningKey.State.NEXT, signs_from=MOMENT)

    with pytest.raises(TokenError):
        verified(token)


def test_verification_cannot_be_switched_off(kid: str):
    """simplejwt's ``verify=False`` does not make a forgery readable."""
    with pytest.raises(TokenError):
        AccessToken(hmac_with_public_key(kid), verify=False)
