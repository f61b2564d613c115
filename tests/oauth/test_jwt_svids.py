"""JWT-SVIDs, which the library of SPIFFE accepts too, and the trust bundle of their domain. FED-1.

https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
"""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc import jwt
from spiffe import JwtBundle, JwtSvid, TrustDomain

from clients_app.services.credentials.identities import IdentityDraft, add_identity
from tests.actors import command_line_in
from tests.moments import NOW
from tests.oauth.assertions import ISSUER, asking, key_of
from tests.oauth.wsgi import Reply, environ, through_the_short_entrance

pytestmark = pytest.mark.one_database
WORKLOAD = "spiffe://example.org/ns/orders/sa/importer"
SPIRE = "https://spire.example.org"
EC, RSA = key_of("EC"), key_of("RSA")


def bundle() -> str:
    """Return a trust bundle: its keys say for which kind of SVID they are."""
    members = {"use": "jwt-svid"}
    keys = [{**key.as_dict(private=False), **members, "kid": key.thumbprint()} for key in (EC, RSA)]
    for_x509 = {**key_of("EC", 1).as_dict(private=False), "use": "x509-svid", "x5c": ["MIIB"]}
    return json.dumps({"keys": [for_x509, *keys], "spiffe_sequence": 7})


def svid(key: Any = EC, alg: str = "ES256", **more: Any) -> str:
    claims = {"iss": SPIRE, "sub": WORKLOAD, "aud": [ISSUER], "exp": int(time.time()) + 300, **more}
    header = {"alg": alg, "kid": key.thumbprint(), "typ": "JWT"}
    return jwt.encode(header, claims, key, algorithms=[alg])


def is_valid(token: str) -> bool:
    """Return whether the library of SPIFFE accepts the token, for this portal."""
    jwt_keys = json.loads(bundle())["keys"][1:]  # the library reads no others
    trusted = JwtBundle.parse(TrustDomain("example.org"), json.dumps({"keys": jwt_keys}).encode())
    return str(JwtSvid.parse_and_validate(token, trusted, {ISSUER}).spiffe_id) == WORKLOAD


def ask(good: SimpleNamespace, token: str) -> Reply:
    return through_the_short_entrance(environ(body=asking(token, client_id=good.id)))


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS256")])
def test_jwt_svid_proves_the_client_that_trusts_its_domain(
    good: SimpleNamespace, key: Any, alg: str
):
    draft = IdentityDraft(
        preset="spiffe", issuer=SPIRE, subject_rule=WORKLOAD, jwks=bundle(), expires_at=None
    )
    add_identity(good.row, draft, actor=command_line_in(good.row.tenant), now=NOW)
    token = svid(key, alg)

    assert is_valid(token)
    assert [ask(good, token).status for _ in range(2)] == [200, 200]  # until it ends
    other = svid(key, alg, sub="spiffe://example.org/ns/orders/sa/other")
    assert ask(good, other).status == 401
    assert ask(good, svid(key_of("EC", 9))).status == 401
    assert ask(good, svid(key_of("EC", 1))).status == 401  # the key for certificates
