"""The programs for applications without a secret, as Add Client shows them, sign a person in.

The person is signed in already, and the application needs no consent.
"""

import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
import requests

from tests.docs.connect_programs import JWKS, example_of, key_for, places_of, programs_of, token_of
from tests.key_server import KeyServer
from tests.portal_process import PortalProcess
from tests.third_party import npm_packages

pytestmark = pytest.mark.one_database
CALLBACK = "http://localhost:9200/callback"
#: what goes on with a program: it says where the person goes, reads what they bring, says who it is
DRIVERS = {
    "authlib": """
browser = app.test_client()
print(browser.get("/").location, flush=True)
print(browser.get(input()).json["who"]["sub"])
""",
    "node-client": """
import { createInterface } from "node:readline";
console.log(address.href);
for await (const back of createInterface({ input: process.stdin })) {
  console.log((await finish(new URL(back))).claims().sub);
  process.exit();
}
""",
}


def who_came(name: str, program: str, folder: Path, session: requests.Session, **given: str) -> str:
    """Run a program and the person's way through it; return whom it signed in."""
    file = folder / {"authlib": "app.py", "node-client": "app.mjs"}[name]
    file.write_text(program + DRIVERS[name])
    command = sys.executable if name == "authlib" else "node"
    environment = {**os.environ, "SESSION_KEY": "of-this-test", **given}
    places = {"cwd": folder, "env": environment}
    with Popen([command, file.name], stdin=PIPE, stdout=PIPE, text=True, **places) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        answer = session.get(address, allow_redirects=False, timeout=60)
        assert answer.headers["Location"].startswith(CALLBACK), answer.text
        running.stdin.write(answer.headers["Location"] + "\n")
        running.stdin.close()
        return running.stdout.read().strip()


@pytest.mark.parametrize("way", ["key", "kubernetes", "entra"])
def test_application_without_a_secret_signs_a_person_in(
    session: requests.Session,
    live_portal: PortalProcess,
    platform: KeyServer,
    tmp_path: Path,
    way: str,
) -> None:
    if way == "key":
        key = key_for("ES256")
        (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
        claims, typed = {}, {"key": key.as_pem(private=False).decode()}
    else:
        typed, claims = example_of(way)
        typed["jwks"] = JWKS
    typed |= {"redirect_uris": CALLBACK, "skips_consent": "on"}
    programs = programs_of(session, live_portal, way, client_type="/hybrid", **typed)
    audience = f"{live_portal.url}/identity"
    moved = places_of(platform, tmp_path, token_of(claims, audience), audience)
    (tmp_path / "node_modules").symlink_to(npm_packages.programs() / "node_modules")

    for name in DRIVERS:
        sub = who_came(name, moved(programs[name]), tmp_path, session, PRIVATE_KEY_FILE="key.pem")
        assert len(sub) == 36, name
