"""Access tokens as they are issued: JWT-1 and JWT-3 to JWT-6."""

import base64
import json
import uuid
from typing import Any

import jwt
import pytest
import time_machine

from clients_app.limits import IDENTIFIER_MAX, TOKEN_SCOPE_MAX
from clients_app.rules.token_ids import new_token_id
from clients_app.services.signing_keys.private_keys import loaded_key
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.access_tokens import AccessToken
from clients_app.services.tokens.claims import CLAIMS, Subject
from clients_app.services.tokens.credentials import Credential
from tests.services.tokens.conftest import (
    AUDIENCE,
    CLIENT,
    MOMENT,
    SECONDS,
    TENANT_ID,
    issued,
    new_token,
    verified,
)


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
    values = {claim.name: claim.value(new_token()) for claim in CLAIMS if claim.value}
    claims = {name: value for name, value in values.items() if value is not None}
    claims |= {"iat": SECONDS, "nbf": SECONDS, "exp": SECONDS + 600}
    claims["jti"] = new_token_id(MOMENT)
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
    of_person = {"authorization_id": str(uuid.uuid4())}
    token = issued(
        kid, new_token(subject, scope="api ocsapi", credential=secret)._replace(**of_person)
    )

    assert len(token) < 4096


def test_token_with_all_scopes_that_fit_is_under_8_kb(db: None):
    """RES-5: what servers in front of APIs accept as a header."""
    kid = ensure_active_key(now=MOMENT).kid
    subject = Subject(CLIENT.id, ("x" * 48,) * 25, tuple(str(uuid.uuid4()) for _ in range(25)))
    new = new_token(subject, scope="s" * TOKEN_SCOPE_MAX, credential=Credential.of_secret(2**31))

    token = issued(kid, new._replace(audience="a" * IDENTIFIER_MAX))

    assert len(token) < 8000


def test_token_without_scopes_has_no_scope(kid: str):
    claims = verified(issued(kid, new_token(scope="")))

    assert "scope" not in claims.payload


def test_role_names_of_any_alphabet_are_preserved(kid: str):
    subject = Subject(CLIENT.id, ('Мои "данные"\\', "日本語 \U0001f511"), CLIENT.role_ids)

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

    absent = {"cred", "authorization_id"}
    assert list(claims) == [claim.name for claim in CLAIMS if claim.name not in absent]
