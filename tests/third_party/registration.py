"""Clients for third-party software in a running portal, and people who use it."""

import json
from tempfile import NamedTemporaryFile
from typing import Final, NamedTuple

from clients_app.rules.client_types import ClientType
from tests.portal_process import PASSWORD, PortalProcess

_ADD_PERSON: Final = """
from clients_app.models import Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from tests.factories import make_person
tenant = Tenant.objects.get(name={tenant!r})
print(make_person({username!r}, tenant, TENANT_MEMBER, password={password!r}).pk)
"""


class Registered(NamedTuple):
    """A client; ``secret`` is empty where its type has none."""

    id: str
    secret: str


def add_client(
    portal: PortalProcess, name: str, client_type: ClientType, *options: str
) -> Registered:
    """Add a client to the first tenant on the command line, with these options."""
    tenant = portal.environment["PORTAL_TENANT_NAME"]
    words = (name, "--type", client_type.id, *options, "--tenant", tenant)
    done = portal.run("clients", "add", *words, "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return Registered(made["client_id"], made.get("client_secret") or "")


def add_public_key(portal: PortalProcess, client_id: str, pem: bytes) -> None:
    """Add a public key, or that of a certificate, to a client on the command line."""
    with NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        tenant = portal.environment["PORTAL_TENANT_NAME"]
        done = portal.run("public_keys", "add", client_id, "--key", file.name, "--tenant", tenant)
    assert done.returncode == 0, done.stderr


def add_person(portal: PortalProcess, username: str) -> str:
    """Add a person without rights to the first tenant, with PASSWORD; return their id."""
    values = {"tenant": portal.environment["PORTAL_TENANT_NAME"], "password": PASSWORD}
    script = _ADD_PERSON.format(username=username, **values)
    done = portal.run("shell", "-v", "0", "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
