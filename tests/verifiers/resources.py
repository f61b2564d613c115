"""Asks the portal and node-oidc-provider for the same resources, and compares the answers.

    .venv/bin/python -m tests.verifiers.resources

Both have the same APIs with the same scopes, and a default one with the scope api. Prints a table.
Where they differ, it names the section that allows both, or says why; a difference without one is a
failure, and so is a section without a difference.

TOK-A26 to TOK-A28.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import jwt
import requests

from tests.bench import peer
from tests.portal_apis import PortalApis, add_apis
from tests.portal_process import PortalProcess

_PAIR: Final = ("caller", "a secret that is long enough for both of them")


class Case(NamedTuple):
    """The parameters of a request in pairs; ``why`` says where the portal may differ."""

    name: str
    params: tuple[tuple[str, str], ...]
    why: str = ""


_DEFAULT_SCOPE: Final = "RFC 6749 3.3: a default scope; that of the peer is none"
_BAD_SCOPE: Final = "RFC 6749 5.2: invalid_scope; 3.3 lets the peer leave it out"
_ONCE: Final = "RFC 6749 3.2: once; RFC 8707 2: several are for several resources"
_BY_SCOPE: Final = "RFC 8707 2: without a resource, the server chooses; ours by scope"


def cases(apis: PortalApis) -> list[Case]:
    orders, stock = ("resource", apis.orders), ("resource", apis.stock)
    return [
        Case("a good resource", (orders,), _DEFAULT_SCOPE),
        Case("a good resource with a scope", (orders, ("scope", "read"))),
        Case("another one, a URN", (stock, ("scope", "count read"))),
        Case("unknown", (("resource", "https://unknown.example.com"),)),
        Case("not for this client", (("resource", apis.unused),)),
        Case("relative", (("resource", "/orders"),)),
        Case("with a fragment", (("resource", f"{apis.orders}#read"),)),
        Case("empty, with a scope", (("resource", ""), ("scope", "api"))),
        Case("empty, no scope", (("resource", ""),), _DEFAULT_SCOPE),
        Case("two resources", (orders, stock)),
        Case("the same resource twice", (orders, orders), _ONCE),
        Case("scope of another resource", (orders, ("scope", "count")), _BAD_SCOPE),
        Case("one good scope, one of another", (orders, ("scope", "read count")), _BAD_SCOPE),
        Case("unknown scope at a resource", (orders, ("scope", "nowhere")), _BAD_SCOPE),
        Case("unknown resource and scope", (("resource", "urn:peer:x"), ("scope", "nowhere"))),
        Case("no resource, with a scope", (("scope", "api"),)),
        Case("no resource, no scope", (), _DEFAULT_SCOPE),
        Case("no resource, scope of one API", (("scope", "write"),), _BY_SCOPE),
    ]


def answer(address: str, pair: tuple[str, str], default: str, case: Case) -> str:
    """Return status and error of a request, or audience and scope of the token."""
    fields = [("grant_type", "client_credentials"), *case.params]
    reply = requests.post(address, auth=pair, data=fields, timeout=30)
    said = reply.json()
    if reply.status_code != 200:
        return f"{reply.status_code} {said['error']}"
    claims = jwt.decode(said["access_token"], options={"verify_signature": False})
    audience = "default" if claims["aud"] == default else claims["aud"]
    return f"200 {audience} [{claims.get('scope', '')}]"


def compared(apis: PortalApis, portal_address: str, peer_address: str) -> list[str]:
    """Print the table; return the names of the cases that are not as they should be."""
    wrong = []
    widths = "{:<30} {:<46} {:<46} {}\n"
    sys.stdout.write(widths.format("request", "portal", "node-oidc-provider", "why"))
    for case in cases(apis):
        ours = answer(portal_address, apis.caller, apis.portal.url, case)
        theirs = answer(peer_address, _PAIR, peer.AUDIENCE, case)
        if (ours != theirs) != bool(case.why):
            wrong.append(case.name)
        sys.stdout.write(widths.format(case.name, ours, theirs, case.why))
    return wrong


def main() -> None:
    """Print the table; exit with status 1 for a difference that no section explains."""
    with tempfile.TemporaryDirectory() as name, PortalProcess(Path(name) / "var") as portal:
        folder = Path(name) / "peer"
        if not peer.install(folder):
            sys.exit("node-oidc-provider cannot be installed: this needs npm and its registry.")
        apis = add_apis(portal, "peer")
        scopes = {apis.orders: "read write", apis.stock: "count read"}
        (folder / "resources.json").write_text(json.dumps(scopes))
        with peer.running(folder, "RS256", [_PAIR]) as target:
            address = f"http://127.0.0.1:{target.port}{target.path}"
            wrong = compared(apis, f"{portal.url}/identity/connect/token", address)
    if wrong:
        sys.exit(f"Not as expected: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
