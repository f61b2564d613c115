"""A machine that rotates its own secret, watched by nobody. It needs joserfc and requests.

    .venv/bin/python unattended_machine.py PORTAL STATE_FILE

PORTAL is the public address, such as https://portal.example.com. STATE_FILE has client_id and
client_secret, as `manage.py clients add --may-rotate-own-secrets --json` prints them. Run it from
cron, well before the secret expires: it exits with 0 once the new secret works and the old one has
ended, and with 1 if everything is as it was. Then run it again later.

The new secret travels as a JWE (RFC 7516) for a key that exists only while this program runs.
"""

import base64
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

TIMEOUT_S = 30
DESCRIPTION = "Rotated by the machine itself"
FAR = timedelta(days=3600)  # for a secret that never expires
SESSION = requests.Session()  # keeps its connection


class Failed(Exception):
    """The portal refused a call, or did not answer."""


def call(method: str, url: str, **more: Any) -> Any:
    """Send a request; return the JSON of the answer, None if it has none."""
    try:
        answer = SESSION.request(method, url, timeout=TIMEOUT_S, allow_redirects=False, **more)
        if not 200 <= answer.status_code < 300:
            raise Failed(f"{method} {url}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None
    except requests.RequestException as error:
        raise Failed(f"{method} {url}: {error}") from error


def token_of(portal: str, client_id: str, secret: str) -> str:
    """Return a new access token."""
    form = {"grant_type": "client_credentials", "resource": portal}  # a token for the portal itself
    form |= {"client_id": client_id, "client_secret": secret}
    url = f"{portal}/identity/connect/token"
    return str(call("POST", url, data=form)["access_token"])


def claims_of(token: str) -> dict[str, Any]:
    """Return what our own token says; only an API has to verify it."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def save(state_file: Path, state: Mapping[str, Any]) -> None:
    """Replace the file: it has the old state or the new one, also after a power cut."""
    fresh = state_file.with_name(f"{state_file.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(state_file)
    folder = os.open(state_file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Secrets:
    """The secrets of the machine, as the REST API lets it manage them by one of its tokens."""

    def __init__(self, portal: str, token: str) -> None:
        claims = claims_of(token)
        self.used = int(claims["cred"])  # the secret that the token was requested with
        client = f"ClientCredentialClients/{claims['client_id']}"
        self.url = f"{portal}/api/v1/Tenants/{claims['tid']}/{client}/Secrets"
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, rest: str = "", **more: Any) -> Any:
        """Call the API at an address below the secrets."""
        return call(method, self.url + rest, headers=self.headers, **more)

    def rotate(self, key: ECKey, *, used_ends: str | None) -> dict[str, Any]:
        """Return a new secret, encrypted to ``key``; the one in use keeps its own end."""
        body = {
            "Description": DESCRIPTION,
            "OldSecretEnds": used_ends or (datetime.now(UTC) + FAR).isoformat(),
            "PublicKey": key.as_dict(private=False),
        }
        return dict(self.call("POST", f"/{self.used}/Rotate", json=body))

    def end(self, secret_id: int) -> None:
        """End a secret: no token can be requested with it any more."""
        self.call("DELETE", f"/{secret_id}")


def rotate(portal: str, state_file: Path) -> None:
    """Replace the secret in the file by a new one that is proved to work; end the old one.

    If a step fails before that, the file has the old secret, and the new one is ended.
    """
    state = json.loads(state_file.read_text())
    old = Secrets(portal, token_of(portal, state["client_id"], state["client_secret"]))
    known = {secret["Id"]: secret for secret in old.call("GET")}
    used = known.pop(old.used)
    for secret in known.values():  # which a run left that failed or was killed
        if secret["Id"] == state.get("ending") or secret["Description"] == DESCRIPTION:
            old.end(secret["Id"])
    key = ECKey.generate_key("P-256")
    new = old.rotate(key, used_ends=used["Expiration"])
    try:
        text = (jwe.decrypt_compact(new["EncryptedSecret"], key).plaintext or b"").decode()
        save(state_file, {**state, "client_secret": text, "ending": old.used})
        proved = Secrets(portal, token_of(portal, state["client_id"], text))
    except BaseException:
        go_back(state_file, state)
        with suppress(Failed):  # the next run ends it
            old.end(new["Id"])
        raise
    with suppress(Failed):  # the next run ends it
        proved.end(old.used)


def go_back(state_file: Path, state: Mapping[str, Any]) -> None:
    """Make the file as it was. If that fails, both secrets stay, so the one in the file works."""
    if json.loads(state_file.read_text()) != state:
        save(state_file, state)


def main(rotate_once: Callable[[str, Path], None] = rotate) -> int:
    """Rotate once; return the exit status."""
    portal, state_file = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    try:
        rotate_once(portal, state_file)
    except (Failed, JoseError, OSError) as error:
        print(f"Not rotated: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
