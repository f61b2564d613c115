# /// script
# requires-python = ">=3.11"
# dependencies = ["mcp==2.3.0"]
# ///
"""An MCP client without a person: client credentials.

CLIENT_ID=... CLIENT_SECRET=... uv run client_for_itself.py
"""

import asyncio
import os

import httpx2
from mcp import Client
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthToken

ISSUER = os.environ.get("ISSUER", "http://localhost:8000/identity")
ADDRESS = os.environ.get("ADDRESS", "http://localhost:9300/mcp")


class Memory:
    """Keeps the token until the program ends."""

    tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens


async def main() -> None:
    credentials = ClientCredentialsOAuthProvider(
        ADDRESS,
        Memory(),
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        issuer=ISSUER,  # the secret goes to no other portal, whatever the MCP server says
    )
    async with (
        httpx2.AsyncClient(auth=credentials) as wire,
        Client(streamable_http_client(ADDRESS, http_client=wire)) as server,
    ):
        result = await server.call_tool("read_notes")
        print(result.content[0].text)


asyncio.run(main())
