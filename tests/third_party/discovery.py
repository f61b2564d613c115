"""Reads the metadata of ISSUER with one library: prints the addresses that it would use, as JSON.

.venv/bin/python tests/third_party/discovery.py LIBRARY ISSUER
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any, Final


def by_authlib(issuer: str) -> dict[str, Any]:
    from authlib.integrations.flask_client import OAuth
    from flask import Flask

    registry = OAuth(Flask(__name__))
    address = f"{issuer}/.well-known/openid-configuration"
    return registry.register("portal", server_metadata_url=address).load_server_metadata()


def by_idpyoidc(issuer: str) -> dict[str, Any]:
    from idpyoidc.client.oidc import RP

    party = RP(config={"issuer": issuer, "client_id": "a client"})
    party.do_request("provider_info")  # refuses metadata that lacks something
    return party.get_service_context().provider_info.to_dict()


def by_msal(issuer: str) -> dict[str, Any]:
    from msal import PublicClientApplication

    return vars(PublicClientApplication("a client", oidc_authority=issuer).authority)


def by_mcp(issuer: str) -> dict[str, Any]:
    """Read it as its client does, which offers only a whole flow."""
    import httpx2
    from mcp.client.auth import utils

    async def read() -> dict[str, Any]:
        async with httpx2.AsyncClient() as wire:
            for url in utils.build_oauth_authorization_server_metadata_discovery_urls(issuer, ""):
                answer = await wire.send(utils.create_oauth_metadata_request(url))
                _, found = await utils.handle_auth_metadata_response(answer)
                if found:
                    utils.validate_metadata_issuer(found, issuer)
                    return found.model_dump(mode="json")
        return {}

    return asyncio.run(read())


LIBRARIES: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "Authlib": by_authlib,
    "idpyoidc": by_idpyoidc,
    "msal": by_msal,
    "mcp": by_mcp,
}

if __name__ == "__main__":
    library, issuer = sys.argv[1:]
    found = LIBRARIES[library](issuer)
    print(json.dumps({name: found[name] for name in ("authorization_endpoint", "token_endpoint")}))
