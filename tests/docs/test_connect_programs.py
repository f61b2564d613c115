"""The programs for clients without a secret, as Add Client shows them, run and get a token.

What is not here answers as its documentation says: the commands of a platform and its addresses for
metadata are ours, and give the token that docs/federated-identities.md shows.
"""

import json
import os
from pathlib import Path
from subprocess import run
from typing import Any

import jwt
import pytest
import requests
import yaml

from clients_app.rules.federation.presets import PRESETS
from clients_app.web.programs import SIGNING
from tests.docs.connect_programs import JWKS, example_of, key_for, places_of, programs_of, token_of
from tests.journeys.snippet_programs import RUNS
from tests.journeys.snippet_programs import run as run_program
from tests.key_server import KeyServer
from tests.portal_process import TENANT, PortalProcess
from tests.sampling import sampled

pytestmark = pytest.mark.one_database

PLATFORMS = [preset for preset in PRESETS if preset != "other"]


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


@pytest.fixture
def job(
    session: requests.Session,
    live_portal: PortalProcess,
    platform: KeyServer,
    tmp_path: Path,
    preset: str,
) -> tuple[dict[str, str], str]:
    """The programs for a job of a platform, with our places in them, and the job's token."""
    entered, claims = example_of(preset)
    audience = f"{live_portal.url}/identity"
    token = token_of(claims, audience)
    moved = places_of(platform, tmp_path, token, audience)
    programs = programs_of(session, live_portal, preset, **entered, jwks=JWKS)
    return {name: moved(program) for name, program in programs.items()}, token


@pytest.mark.parametrize("preset", PLATFORMS)
def test_job_of_each_platform_gets_a_token(
    job: tuple[dict[str, str], str],
    live_portal: PortalProcess,
    platform: KeyServer,
    tmp_path: Path,
    preset: str,
) -> None:
    (programs, token), audience = job, f"{live_portal.url}/identity"
    give_commands(tmp_path, token, audience)
    script = script_of(preset, programs["curl" if preset == "kubernetes" else "job"])

    ended = run(
        ["bash", "-ec", script + '\necho "$TOKEN"'],
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
    programs = programs_of(session, live_portal, "gitlab", **entered, jwks=JWKS)
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


def token_by(language: str, program: str, folder: Path, **given: str) -> dict[str, Any]:
    """Run a program as copied; return the claims of the token that it got."""
    if language == "curl":
        program = program.replace("curl ", "curl -fsS ")
        command = ["bash", "-ec", f"set -o pipefail\n{program} | jq -r .access_token"]
        token = run_program(*command, folder=folder, **given)
    else:
        token = RUNS[language](program, folder, **given)
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.mark.parametrize("algorithm", sampled(SIGNING))
def test_programs_sign_with_a_private_key(
    session: requests.Session, live_portal: PortalProcess, tmp_path: Path, algorithm: str
) -> None:
    """The client accepts no other ``typ`` than that of client assertions."""
    key = key_for(algorithm)
    pasted = json.dumps({**key.as_dict(private=False), "alg": algorithm})
    programs = programs_of(session, live_portal, "key", key=pasted)
    env = dict(line.split("=", 1) for line in programs["env"].splitlines())
    (tmp_path / env["PRIVATE_KEY_FILE"]).write_bytes(key.as_pem(private=True))
    demand = ("public_keys", "rules", env["CLIENT_ID"], "--demand-type", "--tenant", TENANT)
    assert live_portal.run(*demand).returncode == 0

    for language in programs.keys() & {*RUNS, "curl"}:
        got = token_by(language, programs[language], tmp_path, PRIVATE_KEY_FILE="private-key.pem")
        assert got["cred"].startswith("key:"), language
        assert got["client_id"] == env["CLIENT_ID"]
    assert env["ISSUER"] == got["iss"]
    assert env["TOKEN_URL"] == f"{got['iss']}/connect/token"
    assert json.loads(programs["json"])["Portal"] == {
        "TokenUrl": env["TOKEN_URL"],
        "ClientId": env["CLIENT_ID"],
        "Issuer": env["ISSUER"],
        "PrivateKeyFile": env["PRIVATE_KEY_FILE"],
    }


@pytest.mark.parametrize("preset", sampled(["kubernetes", "github", "entra", "google"]))
def test_programs_send_the_token_of_a_platform(
    job: tuple[dict[str, str], str], tmp_path: Path
) -> None:
    """It comes in the environment, in a file, or from the platform's service, as JSON or text."""
    programs, token = job

    for language in RUNS:
        got = token_by(language, programs[language], tmp_path, ID_TOKEN=token)
        assert got["cred"].startswith("identity:"), language
