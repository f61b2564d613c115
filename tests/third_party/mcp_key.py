"""An MCP client of the Python SDK with a private key: ADDRESS of the server; ISSUER, CLIENT_ID,
PRIVATE_KEY (PEM of an RSA key). Prints what the tool read_notes answers."""

import asyncio
import os

import httpx2
from mcp import Client
from mcp.client.auth.extensions.client_credentials import (
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthToken

ADDRESS, CLIENT_ID = os.environ["ADDRESS"], os.environ["CLIENT_ID"]


class Memory:
    tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens


async def main() -> None:
    key = os.environ["PRIVATE_KEY"]
    signed = SignedJWTParameters(issuer=CLIENT_ID, subject=CLIENT_ID, signing_key=key)
    credentials = PrivateKeyJWTOAuthProvider(
        ADDRESS,
        Memory(),
        client_id=CLIENT_ID,
        assertion_provider=signed.create_assertion_provider(),
        issuer=os.environ["ISSUER"],
    )
    async with (
        httpx2.AsyncClient(auth=credentials) as wire,
        Client(streamable_http_client(ADDRESS, http_client=wire)) as server,
    ):
        result = await server.call_tool("read_notes")
        print(result.content[0].text)


asyncio.run(main())
