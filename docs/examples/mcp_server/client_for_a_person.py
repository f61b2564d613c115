# /// script
# requires-python = ">=3.11"
# dependencies = ["mcp==2.3.0"]
# ///
"""An MCP client that a person signs in to: Authorization Code with PKCE.

    CLIENT_ID=... uv run client_for_a_person.py

It prints an address, which the person opens in a browser on the same machine.
"""

import asyncio
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)

ISSUER = os.environ.get("ISSUER", "http://localhost:8000/identity")
ADDRESS = os.environ.get("ADDRESS", "http://localhost:9300/mcp")
REDIRECT_URL = "http://localhost:{}/callback"  # the portal accepts any port of localhost


class Callback(BaseHTTPRequestHandler):
    """Receives the browser when it comes back from the portal."""

    timeout = 5  # browsers open connections that they may not use

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/callback":
            self.server.answer = dict(parse_qsl(path.query))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"You can close this page.")


class Registration:
    """What the client knows: its Client Id, and the tokens until it ends."""

    tokens: OAuthToken | None = None

    def __init__(self, redirect_url: str) -> None:
        self.client = OAuthClientInformationFull(
            client_id=os.environ["CLIENT_ID"],
            redirect_uris=[redirect_url],
            issuer=ISSUER,  # the client goes to no other portal, whatever the MCP server says
        )

    async def get_client_info(self) -> OAuthClientInformationFull:
        return self.client

    async def set_client_info(self, client: OAuthClientInformationFull) -> None:
        raise RuntimeError(f"The MCP server names another portal than {ISSUER}.")

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens


async def main() -> None:
    listener = HTTPServer(("localhost", 0), Callback)
    listener.answer = {}
    redirect_url = REDIRECT_URL.format(listener.server_port)

    async def send_person(address: str) -> None:
        print(f"Open {address}", flush=True)

    async def wait_for_person() -> AuthorizationCodeResult:
        while not listener.answer:
            await asyncio.to_thread(listener.handle_request)
        if "error" in listener.answer:
            raise SystemExit(f"The portal refused: {listener.answer['error']}")
        return AuthorizationCodeResult.model_validate(listener.answer)

    sign_in = OAuthClientProvider(
        ADDRESS,
        OAuthClientMetadata(redirect_uris=[redirect_url]),
        Registration(redirect_url),
        send_person,
        wait_for_person,
    )
    async with (
        httpx2.AsyncClient(auth=sign_in) as wire,
        Client(streamable_http_client(ADDRESS, http_client=wire)) as server,
    ):
        result = await server.call_tool("read_notes")
        print(result.content[0].text)


asyncio.run(main())
