"""Authorization Code with PKCE by one library: LIBRARY ISSUER CLIENT_ID REDIRECT_URI ALGORITHM.

Prints where to send the person; reads where they came back; refreshes; prints their id, as JSON.
"""

import json
import sys
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlsplit


def came_back_to(address: str) -> str:
    print(address, flush=True)
    return sys.stdin.readline().strip()


def by_msal(issuer: str, client_id: str, redirect_uri: str, algorithm: str) -> str:
    from msal import PublicClientApplication

    application = PublicClientApplication(client_id, oidc_authority=issuer)
    flow = application.initiate_auth_code_flow([], redirect_uri=redirect_uri)
    answer = dict(parse_qsl(urlsplit(came_back_to(flow["auth_uri"])).query))
    tokens = application.acquire_token_by_auth_code_flow(flow, answer)
    again = application.acquire_token_by_refresh_token(tokens["refresh_token"], scopes=[])
    assert again["access_token"] != tokens["access_token"]
    return tokens["id_token_claims"]["sub"]


def by_oauth2client(issuer: str, client_id: str, redirect_uri: str, algorithm: str) -> str:
    from requests_oauth2client import OAuth2Client

    client = OAuth2Client.from_discovery_endpoint(
        issuer=issuer,
        client_id=client_id,
        redirect_uri=redirect_uri,
        id_token_signed_response_alg=algorithm,
    )
    request = client.authorization_request(scope="openid offline_access")
    answer = request.validate_callback(came_back_to(request.uri))
    tokens = client.authorization_code(answer, validate=True)
    again = client.refresh_token(tokens)
    return client.userinfo(again)["sub"]


LIBRARIES: Final[dict[str, Callable[..., str]]] = {
    "msal": by_msal,
    "requests_oauth2client": by_oauth2client,
}

if __name__ == "__main__":
    library, *settings = sys.argv[1:]
    print(json.dumps({"sub": LIBRARIES[library](*settings)}))
