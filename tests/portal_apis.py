"""APIs of one tenant in a running portal, and clients that call them or ask about their tokens."""

import json
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

from tests.portal_process import PortalProcess

_ADD = """
import json
from clients_app.models import Client, Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from tests.factories import let_call, make_api, make_client
tenant = Tenant.objects.get(name={tenant!r})
word = {word!r}
orders = make_api(
    f"Orders {{word}}", tenant, "read", "write", identifier=f"https://{{word}}.example.com/$it's?a"
)
stock = make_api(f"Stock {{word}}", tenant, "count", "read", identifier=f"urn:{{word}}:stock")
unused = make_api(f"Unused {{word}}", tenant, "read", identifier=f"api://{{word}}/unused")
rights = dict(caller={{}}, gate={{}}, inspector=dict(may_introspect=True))
made = {{
    name: make_client(f"{{name}} {{word}}", tenant, TENANT_MEMBER, **right)
    for name, right in rights.items()
}}
let_call(made["caller"].client, orders, stock)
orders.introspectors.add(made["gate"].client)
found = dict(
    tenant_id=str(tenant.pk),
    **{{api.name.split()[0].lower(): api.identifier for api in (orders, stock, unused)}},
    **{{name: (str(one.client.pk), one.plain) for name, one in made.items()}},
)
print(json.dumps(found))
"""


class Machine(NamedTuple):
    """A client that knows its secret."""

    id: str
    plain: str


class PortalApis(NamedTuple):
    """APIs by their Identifiers, and clients of the same tenant.

    ``caller`` may call the built-in API, ``orders`` (read, write) and ``stock`` (count, read), but
    not ``unused``. ``gate`` is named at ``orders``; ``inspector`` may introspect all tokens.
    """

    portal: PortalProcess
    tenant_id: str
    orders: str
    stock: str
    unused: str
    caller: Machine
    gate: Machine
    inspector: Machine

    def token(self, **params: str) -> str:
        """Return a token of ``caller``; ``params`` name the API or scopes."""
        fields = {"grant_type": "client_credentials", **params}
        fields |= {"client_id": self.caller.id, "client_secret": self.caller.plain}
        address = f"{self.portal.url}/identity/connect/token"
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(address, body) as answer:  # noqa: S310  a URL of this test
            token: str = json.load(answer)["access_token"]
            return token


def add_apis(portal: PortalProcess, word: str) -> PortalApis:
    """Add the APIs and clients to the first tenant of ``portal``; ``word`` makes them unique."""
    script = _ADD.format(tenant=portal.environment["PORTAL_TENANT_NAME"], word=word)
    done = portal.run("shell", "-v", "0", "-c", script)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    for name in ("caller", "gate", "inspector"):
        found[name] = Machine(*found[name])
    return PortalApis(portal=portal, **found)
