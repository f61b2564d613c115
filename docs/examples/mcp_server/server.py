# /// script
# requires-python = ">=3.11"
# dependencies = ["mcp==2.3.0", "pyjwt[crypto]==2.15.1"]
# ///
"""An MCP server whose callers need an access token of the portal.

    TENANT_ID=... uv run server.py

Its metadata (RFC 9728) names the portal, so its clients find out by themselves where to get one.
"""

import asyncio
import os
from urllib.parse import urlsplit

import jwt
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

ISSUER = os.environ.get("ISSUER", "http://localhost:8000/identity")
ADDRESS = os.environ.get("ADDRESS", "http://localhost:9300/mcp")  # and the Identifier of the API
TENANT_ID = os.environ["TENANT_ID"]  # shown on the Get started page
SCOPE = "notes.read"


class PortalTokens:
    """Verifies access tokens of the portal; ../api.py is more patient while it is away."""

    def __init__(self) -> None:
        self.keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/openid-configuration/jwks", timeout=5)

    async def verify_token(self, token: str) -> AccessToken | None:
        try:
            claims = await asyncio.to_thread(self.claims_of, token)
        except jwt.PyJWKClientConnectionError:
            raise  # the portal is away: 500, so that the client does not ask for a new token
        except jwt.PyJWTError:
            return None
        return AccessToken(
            token=token,
            client_id=claims["client_id"],
            scopes=claims.get("scope", "").split(),
            expires_at=claims["exp"],
            resource=claims["aud"],
            subject=claims["sub"],
            claims=claims,
        )

    def claims_of(self, token: str) -> dict:
        decoded = jwt.decode_complete(
            token,
            self.keys.get_signing_key_from_jwt(token),
            algorithms=["RS256", "PS256", "ES256", "EdDSA"],
            issuer=ISSUER,
            audience=ADDRESS,
            leeway=60,  # seconds by which clocks may differ
            options={"require": ["exp", "iat", "nbf", "sub", "client_id", "tid"]},
        )
        if decoded["header"].get("typ") != "at+jwt" or decoded["payload"]["tid"] != TENANT_ID:
            raise jwt.InvalidTokenError
        return decoded["payload"]


server = MCPServer(
    "Notes",
    token_verifier=PortalTokens(),
    auth=AuthSettings(
        issuer_url=ISSUER,
        resource_server_url=ADDRESS,
        required_scopes=[SCOPE],
        validate_token_resource=True,
    ),
)


@server.tool()
def read_notes() -> str:
    """Read the notes of the caller: of a person, or of the client itself."""
    caller = get_access_token()
    return f"Notes of {caller.subject}, read by {caller.client_id}"


if __name__ == "__main__":
    server.run("streamable-http", port=urlsplit(ADDRESS).port or 9300)
