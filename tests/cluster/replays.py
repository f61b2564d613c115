"""Assertions that are sent again: to another node, or to all nodes at the same moment (CRE-5)."""

import itertools
import json
import secrets
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.cluster.cluster import URL, Cluster
from tests.portal_process import PortalProcess
from tests.proxies import HOST

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_PATH = "/identity/connect/token"


class Signer:
    """A client with a public key on a cluster, which signs assertions and sends them."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        node = cluster.nodes[0]
        self._sources = itertools.count()
        self._key = ECKey.generate_key("P-256")
        public = node.data_dir / f"{name}.pem"
        public.write_bytes(self._key.as_pem(private=False))
        added = node.manage("clients", "add", name, "--json")
        self._client_id = json.loads(added.stdout)["client_id"]
        done = node.manage("public_keys", "add", self._client_id, "--key", str(public))
        assert done.returncode == 0, done.stderr

    def assertion(self) -> str:
        """Return a new one, good for two minutes."""
        now = int(time.time())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": f"{URL}/identity",
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode({"alg": "ES256"}, claims, self._key)

    def sent_at_once(self, text: str, nodes: list[PortalProcess]) -> Counter[int]:
        """Send an assertion to each of ``nodes`` at the same moment; count the statuses."""
        together = threading.Barrier(len(nodes))

        def send(node: PortalProcess) -> int:
            number = next(self._sources)  # one with many failures would be refused for them
            together.wait()
            return send_to(node, text, address=f"198.18.{number >> 8}.{number & 255}")

        with ThreadPoolExecutor(len(nodes)) as pool:
            return Counter(pool.map(send, nodes))


def send_to(node: PortalProcess, text: str, *, address: str = "192.0.2.1") -> int:
    """Request a token of this node, as the proxy would for ``address``; return the status."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": text,
    }
    headers = {
        "Host": HOST,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": address,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = node.connection(timeout_s=60)
    try:
        connection.request("POST", TOKEN_PATH, urlencode(form), headers)
        return connection.getresponse().status
    finally:
        connection.close()
