"""Clients without a secret, the programs that the last window of Add Client shows for them, and the
places from which these get tokens of platforms, which are ours here."""

import html
import json
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from clients_app.rules.federation.presets import PRESETS
from tests.docs.test_federated_identities import SECTIONS, blocks, values_in
from tests.key_server import KeyServer
from tests.portal_process import PortalProcess

EC = ECKey.generate_key("P-256", {"kid": "one"})
JWKS = json.dumps({"keys": [EC.as_dict(private=False)]})  # which signs as a platform
POD = "/var/run/portal/token"


def key_for(algorithm: str) -> Any:
    """Return a new private key that can sign with ``algorithm``."""
    if algorithm == "ES256":
        return ECKey.generate_key("P-256")
    return OKPKey.generate_key("Ed25519") if algorithm == "EdDSA" else RSAKey.generate_key(2048)


def programs_of(
    session: requests.Session,
    portal: PortalProcess,
    way: str,
    *,
    client_type: str = "",
    **typed: str,
) -> dict[str, str]:
    """Add a client in one way; return the programs that the last window shows."""
    form = {
        "name": f"{way} {secrets.token_hex(4)}",
        "form_key": secrets.token_urlsafe(18),
        "never_expires": "on",
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    added = session.post(
        f"{portal.url}/security/clients/register{client_type}",
        {**form, "way": way, **typed},
        timeout=20,
    )
    assert "Client Successfully Created" in added.text, added.text
    found = re.findall(r'<pre data-lang="([\w-]+)"[^>]*>(.*?)</pre>', added.text, re.DOTALL)
    return {name: html.unescape(re.sub("<[^>]+>", "", text)) for name, text in found}


def example_of(preset: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the documentation enters in the platform's form, and the claims of its token."""
    section = SECTIONS[PRESETS[preset].name]
    names = {field.label: field.name for field in PRESETS[preset].fields} | {"Issuer": "issuer"}
    entered = {names[label]: value for label, value in values_in(section).items()}
    [claims] = map(json.loads, blocks("json", section))
    return entered, claims


def token_of(claims: dict[str, Any], audience: str) -> str:
    whole = {**claims, "aud": audience, "exp": int(time.time()) + 600}
    return jwt.encode({"alg": "ES256", "kid": "one"}, whole, EC)


def places_of(platform: KeyServer, folder: Path, token: str, audience: str) -> Callable[[str], str]:
    """Serve ``token`` where platforms do; return what puts our places into a program."""
    named = quote(audience, safe="")
    google = "/computeMetadata/v1/instance/service-accounts/default/identity"
    entra = "/metadata/identity/oauth2/token?api-version=2018-02-01"
    platform.say({"value": token}, path=f"/github?api-version=2.0&audience={named}")
    platform.say({"access_token": token}, path=f"{entra}&resource={named}")
    platform.say(token.encode(), path=f"{google}?audience={named}")
    (folder / "token").write_text(token)

    def moved(program: str) -> str:
        for host in ("http://169.254.169.254", "http://metadata.google.internal"):
            program = program.replace(host, platform.origin)
        return program.replace(POD, str(folder / "token"))

    return moved
