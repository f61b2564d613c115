"""A client of a running portal that gets tokens and asks about them."""

import json
from typing import Any

import requests

from tests.portal_process import PortalProcess


class Machine:
    """A client of the portal whose secret never expires."""

    def __init__(self, portal: PortalProcess) -> None:
        self.portal = portal
        added = portal.manage("clients", "add", "Pump", "--never-expires", "--json")
        assert added.returncode == 0, added.stderr
        made = json.loads(added.stdout)
        self.credentials = (made["client_id"], made["client_secret"])

    def ask(self, path: str, **fields: str) -> requests.Response:
        address = f"{self.portal.url}/identity/connect/{path}"
        return requests.post(address, fields, auth=self.credentials, timeout=20)

    def granted(self) -> dict[str, Any]:
        reply = self.ask("token", grant_type="client_credentials")
        assert reply.status_code == 200, reply.text
        return reply.json()

    def token(self) -> str:
        return self.granted()["access_token"]

    def is_active(self, token: str) -> bool:
        return self.ask("introspect", token=token).json()["active"]
