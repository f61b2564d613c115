"""msal as a client with a private key: HOW ISSUER CLIENT_ID PEM CERTIFICATE; prints the claims.

``assertion``: the program makes each JWT. ``certificate``: msal does, for the token endpoint and
ten minutes, if nothing else is said.
"""

import json
import sys
import time
from uuid import uuid4

import jwt
from msal import ConfidentialClientApplication

how, issuer, client_id, pem, certificate = sys.argv[1:]


def assertion() -> str:
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": uuid4().hex}
    return jwt.encode({**claims, "iat": now, "exp": now + 60}, pem, algorithm="RS256")


if how == "assertion":
    more = {"client_credential": {"client_assertion": assertion}}
else:
    more = {
        "client_credential": {"private_key": pem, "public_certificate": certificate},
        "client_claims": {"aud": issuer, "exp": int(time.time()) + 240},
    }
application = ConfidentialClientApplication(client_id, oidc_authority=issuer, **more)
answer = application.acquire_token_for_client(scopes=[])
print(json.dumps(answer))
