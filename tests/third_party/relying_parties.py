"""Third-party relying parties: applications that send people to the portal to sign in.

Each is one page with a status and the buttons Sign in, Call an API, Refresh the token and Sign out.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from clients_app.rules.client_types import AUTHORIZATION_CODE, CORS_ORIGIN, HYBRID, ClientType
from tests.free_ports import free_port
from tests.portal_process import CHECKOUT, PortalProcess
from tests.third_party import npm_packages
from tests.third_party.programs import running
from tests.third_party.registration import add_client

EXAMPLES: Final = CHECKOUT / "docs" / "examples"


class Party(NamedTuple):
    """An application, and the type of its client."""

    client_type: ClientType
    command: tuple[str, ...]
    folder: Path


PARTIES: Final = {
    "oidc-client-ts: code": Party(
        AUTHORIZATION_CODE, ("npm", "start"), EXAMPLES / "single_page_app"
    ),
    "Authlib: code": Party(HYBRID, (sys.executable, "app.py"), EXAMPLES / "web_app"),
    "openid-client 6: code id_token": Party(
        HYBRID, ("node", "hybrid_openid_client.mjs"), npm_packages.HERE
    ),
    "idpyoidc: code id_token": Party(
        HYBRID, (sys.executable, "hybrid_idpyoidc.py"), npm_packages.HERE
    ),
}


class Running(NamedTuple):
    """A running application: its address, the id of its client, and what it wrote."""

    address: str
    client_id: str
    log: Path


@contextmanager
def running_party(name: str, portal: PortalProcess, folder: Path) -> Iterator[Running]:
    """Add the client of this application and run it; an example runs from a copy in ``folder``."""
    party, port = PARTIES[name], free_port()
    here = f"http://localhost:{port}"
    options = ["--redirect-uri", f"{here}/callback", "--logout-uri", f"{here}/"]
    options += ["--cors-origin", here] if CORS_ORIGIN in party.client_type.url_kinds else []
    words = (*options, "--allow-refresh-token")
    client = add_client(portal, f"{name} {port}", party.client_type, *words)
    home, log = npm_packages.programs(), folder / "log"
    if party.folder != home:
        left_out = shutil.ignore_patterns("node_modules")
        home = shutil.copytree(party.folder, folder / "application", ignore=left_out)
    variables = {"CLIENT_ID": client.id, "CLIENT_SECRET": client.secret, "PORT": str(port)}
    variables["ISSUER"] = f"{portal.url}/identity"
    with running(party.command, port, folder=home, log=log, **variables):
        yield Running(here, client.id, log)
