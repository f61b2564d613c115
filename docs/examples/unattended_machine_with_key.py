"""A machine that replaces its own private key, watched by nobody. It needs joserfc and requests.

    .venv/bin/python unattended_machine_with_key.py PORTAL STATE_FILE

PORTAL is the public address, such as https://portal.example.com. STATE_FILE is JSON with client_id
and private_key, in PEM: one on P-256. Run it from cron, well before the key expires: it exits with
0 once the new key works and the old one has ended, and with 1 if everything is as it was. Then run
it again later. The private key never leaves the machine. unattended_machine.py is beside this file.
"""

import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey
from unattended_machine import FAR, Failed, call, claims_of, go_back, main, save

DESCRIPTION = "Made by the machine itself"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def token_of(portal: str, client_id: str, key: ECKey) -> str:
    """Return a new access token: the key signs that this is the client (RFC 7523)."""
    header = {"alg": "ES256", "typ": "client-authentication+jwt", "kid": key.thumbprint()}
    claims: dict[str, Any] = {"iss": client_id, "sub": client_id, "jti": str(uuid4())}
    claims |= {"aud": f"{portal}/identity", "exp": int(time.time()) + 60}
    form = {"grant_type": "client_credentials", "resource": portal}  # a token for the portal itself
    form |= {
        "client_assertion_type": JWT_BEARER,
        "client_assertion": jwt.encode(header, claims, key),
    }
    return str(call("POST", f"{portal}/identity/connect/token", data=form)["access_token"])


class PublicKeys:
    """The public keys of the machine, as the REST API lets it manage them by one of its tokens."""

    def __init__(self, portal: str, token: str) -> None:
        claims = claims_of(token)
        self.used = int(claims["cred"].removeprefix("key:"))  # that the token was requested with
        client = f"ClientCredentialClients/{claims['client_id']}"
        self.url = f"{portal}/api/v1/Tenants/{claims['tid']}/{client}/PublicKeys"
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, rest: str = "", **more: Any) -> Any:
        """Call the API at an address below the public keys."""
        return call(method, self.url + rest, headers=self.headers, **more)


def rotate(portal: str, state_file: Path) -> None:
    """Replace the key in the file by a new one that is proved to work; end the old one.

    If a step fails before that, the file has the old key, and the new one is ended.
    """
    state = json.loads(state_file.read_text())
    key = ECKey.import_key(state["private_key"])
    old = PublicKeys(portal, token_of(portal, state["client_id"], key))
    known = {one["Id"]: one for one in old.call("GET")}
    used = known.pop(old.used)
    for one in known.values():  # which a run left that failed or was killed
        if one["Id"] == state.get("ending") or one["Description"] == DESCRIPTION:
            old.call("DELETE", f"/{one['Id']}")
    fresh = ECKey.generate_key("P-256")
    body = {
        "Key": fresh.as_dict(private=False),
        "Description": DESCRIPTION,
        "OldKeyEnds": used["Expiration"] or (datetime.now(UTC) + FAR).isoformat(),
    }
    new = old.call("POST", f"/{old.used}/Rotate", json=body)
    try:
        pem = fresh.as_pem(private=True).decode()
        save(state_file, {**state, "private_key": pem, "ending": old.used})
        proved = PublicKeys(portal, token_of(portal, state["client_id"], fresh))
    except BaseException:
        go_back(state_file, state)
        with suppress(Failed):  # the next run ends it
            old.call("DELETE", f"/{new['Id']}")
        raise
    with suppress(Failed):  # the next run ends it
        proved.call("DELETE", f"/{old.used}")


if __name__ == "__main__":
    sys.exit(main(rotate))
