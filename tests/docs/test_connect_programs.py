"""The programs for clients without a secret, as Add Client shows them, run and get a token.

What is not here answers as its documentation says: the commands of a platform and its addresses for
metadata are ours, and give the token that docs/federated-identities.md shows.
"""

import html
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from typing import Any
from urllib.parse import quote

import jwt
import pytest
import requests
import yaml
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from clients_app.rules.federation.presets import PRESETS
from tests.docs.test_federated_identities import SECTIONS, blocks, values_in
from tests.journeys.add_by_http import signed_in
from tests.key_server import KeyServer, key_server
from tests.portal_process import PortalProcess
from tests.third_party import npm_packages

pytestmark = pytest.mark.one_database

EC = ECKey.generate_key("P-256", {"kid": "one"})
PLATFORMS = [preset for preset in PRESETS if preset != "other"]
POD = "/var/run/portal/token"
GITHUB = {
    "owner": "octo-org",
    "repository": "octo-repo",
    "environment": "production",
    "issuer": PRESETS["github"].issuer,
}


@pytest.fixture(scope="module")
def session(live_portal: PortalProcess) -> requests.Session:
    return signed_in(live_portal)


@pytest.fixture(scope="module")
def platform() -> Iterator[KeyServer]:
    with key_server() as server:
        yield server


def programs_of(
    session: requests.Session, portal: PortalProcess, way: str, **typed: str
) -> dict[str, str]:
    """Add a client in one way; return the programs that the last window shows."""
    form = {
        "name": f"{way} {secrets.token_hex(4)}",
        "form_key": secrets.token_urlsafe(18),
        "never_expires": "on",
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    added = session.post(
        f"{portal.url}/security/clients/register", {**form, "way": way, **typed}, timeout=20
    )
    assert "Client Successfully Created" in added.text, added.text
    found = re.findall(r'<pre data-lang="(\w+)"[^>]*>(.*?)</pre>', added.text, re.DOTALL)
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
    return joserfc_jwt.encode({"alg": "ES256", "kid": "one"}, whole, EC)


def script_of(preset: str, program: str) -> str:
    """Return the shell script in the file of a platform."""
    if preset in ("github", "circleci"):
        return str(yaml.safe_load(program)["jobs"]["token"]["steps"][0]["run"])
    if preset == "gitlab":
        return str(yaml.safe_load(program)["token"]["script"][0])
    if preset == "bitbucket":
        return str(yaml.safe_load(program)["pipelines"]["default"][0]["step"]["script"][0])
    return program


def give_commands(folder: Path, token: str, audience: str) -> None:
    """Put the commands of platforms into ``folder``; each wants the audience."""
    svid = json.dumps([{"svids": [{"svid": token}]}, {"bundles": {}}])
    for name, printed in {"circleci": token, "aws": token, "spire-agent": svid}.items():
        command = folder / name
        command.write_text(
            f"#!/bin/sh\ncase \"$*\" in *'{audience}'*) echo '{printed}';; *) exit 2;; esac\n"
        )
        command.chmod(0o755)


@pytest.mark.parametrize("preset", PLATFORMS)
def test_job_of_each_platform_gets_a_token(
    session: requests.Session,
    live_portal: PortalProcess,
    platform: KeyServer,
    tmp_path: Path,
    preset: str,
) -> None:
    entered, claims = example_of(preset)
    audience = f"{live_portal.url}/identity"
    jwks = json.dumps({"keys": [EC.as_dict(private=False)]})
    programs = programs_of(session, live_portal, preset, **entered, jwks=jwks)
    token = token_of(claims, audience)
    give_commands(tmp_path, token, audience)
    (tmp_path / "token").write_text(token)
    named = quote(audience, safe="")
    google = "/computeMetadata/v1/instance/service-accounts/default/identity"
    entra = "/metadata/identity/oauth2/token?api-version=2018-02-01"
    platform.say({"value": token}, path=f"/github?api-version=2.0&audience={named}")
    platform.say({"access_token": token}, path=f"{entra}&resource={named}")
    platform.say(token.encode(), path=f"{google}?audience={named}")
    script = script_of(preset, programs["curl" if preset == "kubernetes" else "job"])
    for host in ("http://169.254.169.254", "http://metadata.google.internal"):
        script = script.replace(host, platform.origin)

    ended = run(
        ["bash", "-ec", script.replace(POD, str(tmp_path / "token")) + '\necho "$TOKEN"'],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{platform.origin}/github?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
            **dict.fromkeys(
                ("ID_TOKEN", "BITBUCKET_STEP_OIDC_TOKEN", "TFC_WORKLOAD_IDENTITY_TOKEN"), token
            ),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr + ended.stdout
    got = jwt.decode(ended.stdout.split()[-1], options={"verify_signature": False})
    assert got["iss"] == audience
    assert str(got["cred"]).startswith("identity:")


def test_job_that_gets_no_token_fails(
    session: requests.Session, live_portal: PortalProcess
) -> None:
    """Its platform shows it as failed; it does not go on with the text null for a token."""
    entered, claims = example_of("gitlab")
    jwks = json.dumps({"keys": [EC.as_dict(private=False)]})
    programs = programs_of(session, live_portal, "gitlab", **entered, jwks=jwks)
    token = token_of({**claims, "sub": "another"}, f"{live_portal.url}/identity")

    ended = run(
        ["bash", "-ec", script_of("gitlab", programs["job"]) + '\necho "went on"'],
        env={"PATH": os.environ["PATH"], "ID_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert "401" in ended.stderr
    assert "went on" not in ended.stdout


def token_by(language: str, program: str, folder: Path, **environment: str) -> dict[str, Any]:
    """Run a program as copied; return the claims of the token that it got."""
    given = {**os.environ, **environment}
    if language == "curl":
        program = program.replace("curl ", "curl -fsS ")
        command = ["bash", "-ec", f"set -o pipefail\n{program} | jq -r .access_token"]
    elif language == "python":
        command = [sys.executable, "-c", f"{program}\nprint(token)"]
    else:
        (folder / "token.mjs").write_text(f"{program}\nconsole.log(token);\n")
        (folder / "node_modules").symlink_to(npm_packages.programs() / "node_modules")
        command = ["node", "token.mjs"]
    ended = run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    claims: dict[str, Any] = jwt.decode(ended.stdout.strip(), options={"verify_signature": False})
    return claims


@pytest.mark.parametrize("language", ["python", "node"])
def test_program_sends_the_token_of_a_platform(
    session: requests.Session, live_portal: PortalProcess, tmp_path: Path, language: str
) -> None:
    jwks = json.dumps({"keys": [EC.as_dict(private=False)]})
    programs = programs_of(session, live_portal, "github", **GITHUB, jwks=jwks)
    claims = {"iss": GITHUB["issuer"], "sub": "repo:octo-org/octo-repo:environment:production"}
    token = token_of(claims, f"{live_portal.url}/identity")

    got = token_by(language, programs[language], tmp_path, ID_TOKEN=token)

    assert got["cred"].startswith("identity:")


@pytest.mark.parametrize("language", ["python", "node"])
@pytest.mark.parametrize(
    "key",
    [ECKey.generate_key("P-256"), RSAKey.generate_key(2048), OKPKey.generate_key("Ed25519")],
    ids=["EC", "RSA", "OKP"],
)
def test_program_signs_with_a_private_key(
    session: requests.Session, live_portal: PortalProcess, tmp_path: Path, language: str, key: Any
) -> None:
    public = key.as_pem(private=False).decode()
    programs = programs_of(session, live_portal, "key", key=public)
    (tmp_path / "private-key.pem").write_bytes(key.as_pem(private=True))

    got = token_by(language, programs[language], tmp_path, PRIVATE_KEY_FILE="private-key.pem")

    assert got["cred"].startswith("key:")
    if language == "python" and "curl" in programs:
        assert token_by("curl", programs["curl"], tmp_path, PRIVATE_KEY_FILE="private-key.pem")
    env = dict(line.split("=", 1) for line in programs["env"].splitlines())
    assert env["CLIENT_ID"] == got["client_id"]
    assert env["ISSUER"] == got["iss"]
    assert env["TOKEN_URL"] == f"{got['iss']}/connect/token"
