"""An administrator who adds, rotates and removes through the REST API while things fail."""

import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final

from tests.background import Background
from tests.bench.load import basic
from tests.portal_process import PortalProcess
from tests.proxies import Proxy

TRY_FOR_S: Final = 60.0  # a call that has no answer, or 502 or 503
PAUSE_S: Final = 0.2
UNANSWERED: Final = {0, 502, 503, 504}
TOKEN_PATH: Final = "/identity/connect/token"


@dataclass
class Known:
    """A client of the administrator: what the answers said about it.

    ``plains`` has the secrets that answers showed, by id; ``removed`` those whose removal was
    answered. A secret that was made by a call without an answer is in neither.
    """

    client_id: str
    name: str
    plains: dict[int, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    is_removed: bool = False


class Administrator(Background):
    """Works until its block ends. ``known`` are its clients, ``answers`` counts the statuses.

    ``worked_after_removal`` counts the secrets that got a token after their removal was answered.
    A call without an answer is repeated, with the same Idempotency-Key, as programs should.
    """

    def __init__(self, proxy: Proxy, tenant_id: str, client: tuple[str, str]) -> None:
        super().__init__(self._work)
        self._proxy = proxy
        self._clients = f"/api/v1/Tenants/{tenant_id}/ClientCredentialClients"
        self._tenant_id = tenant_id
        self._client = client
        self._token = ""
        self.known: list[Known] = []
        self.answers: Counter[int] = Counter()
        self.worked_after_removal = 0
        self.faults: list[str] = []

    def again(self) -> "Administrator":
        """Return the same administrator, who knows nothing of what they did before."""
        return Administrator(self._proxy, self._tenant_id, self._client)

    @property
    def changes(self) -> int:
        """How many changes were answered."""
        return sum(self.answers[status] for status in (200, 201, 204))

    def status_of_token(self, client_id: str, plain: str) -> int:
        """Request a token with a secret; return the status, 0 without an answer."""
        return self._request_token((client_id, plain))[0]

    def _work(self) -> None:
        number = 0
        while not self.is_over.is_set():
            try:
                self._work_on_one(f"{secrets.token_hex(4)}-{number}", remove=number % 3 == 2)
            except Exception as error:  # it ends in the table
                self.faults.append(repr(error))
            number += 1

    def _work_on_one(self, name: str, *, remove: bool) -> None:
        """Add a client, rotate its secret, remove the old one and perhaps the client."""
        client_id = self._add(name)
        if client_id is None:
            return
        known = self.known[-1]
        if known.plains:
            [(old, plain)] = known.plains.items()
            self._rotate(known, old)
            if self._call("DELETE", f"/{client_id}/Secrets/{old}") in {204, 404}:
                del known.plains[old]
                self._is_refused(known, plain)
        if remove and self._call("DELETE", f"/{client_id}") in {204, 404}:
            known.is_removed = True
            for plain in known.plains.values():
                self._is_refused(known, plain)

    def _add(self, name: str) -> str | None:
        """Add a client, with an id of our own so that we know it also without an answer."""
        client_id = (
            f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4000-8000-{secrets.token_hex(6)}"
        )
        status, made = self._call_with_key("", {"Name": name, "Id": client_id})
        if status not in {201, 409}:
            return None
        known = Known(client_id, name)
        if status == 201:
            known.plains[made["Id"]] = made["Secret"]
        self.known.append(known)
        return client_id

    def _rotate(self, known: Known, secret_id: int) -> None:
        status, made = self._call_with_key(f"/{known.client_id}/Secrets/{secret_id}/Rotate", {})
        if status == 201:
            known.plains[made["Id"]] = made["Secret"]

    def _is_refused(self, known: Known, plain: str) -> None:
        """Use a removed secret, once for each node."""
        known.removed.append(plain)
        tried = [self.status_of_token(known.client_id, plain) for _ in range(3)]
        self.worked_after_removal += 200 in tried

    def _call_with_key(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        key, limit = secrets.token_hex(16), time.monotonic() + TRY_FOR_S
        while True:
            status, content = self._api("POST", path, body, {"Idempotency-Key": key})
            if status not in UNANSWERED or time.monotonic() > limit:
                return status, content
            time.sleep(PAUSE_S)

    def _call(self, method: str, path: str) -> int:
        limit = time.monotonic() + TRY_FOR_S
        while (status := self._api(method, path)[0]) in UNANSWERED and time.monotonic() < limit:
            time.sleep(PAUSE_S)
        return status

    def _api(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send one call; a token that is not accepted any more is replaced for the next one."""
        self._token = self._token or self._new_token()
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        path = f"{self._clients}{path}"
        status, content = self._send(method, path, content, sent | (headers or {}))
        if status == 401:
            self._token, status = "", 0
        self.answers[status] += 1
        if status not in {200, 201, 204, 404, 409} | UNANSWERED:
            self.faults.append(f"{method} {status} {content}")
        return status, content

    def _new_token(self) -> str:
        status, content = self._request_token(self._client)
        return str(content["access_token"]) if status == 200 else ""

    def _request_token(self, client: tuple[str, str]) -> tuple[int, Any]:
        kind = "application/x-www-form-urlencoded"
        headers = {"Authorization": basic(*client), "Content-Type": kind}
        return self._send("POST", TOKEN_PATH, b"grant_type=client_credentials", headers)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, Any]:
        """Send a request on a connection of its own; return status and content, 0 without any."""
        try:
            answer = self._proxy.ask(method, path, body, headers)
        except (OSError, HTTPException):
            return 0, None
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.status, json.loads(answer.body) if is_json and answer.body else answer.body


def new_administrator(node: PortalProcess, proxy: Proxy) -> Administrator:
    """Add a client that is a Tenant Administrator; return who acts with it."""
    role = ("--role", "Tenant Administrator", "--confirm-administrator", "robot")
    added = node.manage("clients", "add", "robot", *role, "--json")
    assert added.returncode == 0, added.stderr
    client = json.loads(added.stdout)
    [(tenant_id,)] = node.query("SELECT id FROM clients_app_tenant")
    return Administrator(proxy, str(tenant_id), (client["client_id"], client["client_secret"]))
