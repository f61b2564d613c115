"""Clients for third-party software in a running portal, and people who use it."""

import json
from typing import Any, Final, NamedTuple

from tests.portal_process import PASSWORD, PortalProcess

_ADD: Final = """
import json
from django.utils import timezone
from clients_app.actors import Actor
from clients_app.models import Api, Tenant
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import register_client
from clients_app.services.secrets.changes import SecretDraft
from tests.factories import let_call
draft = json.loads({draft!r})
apis = draft.pop("apis")
lists = {{name: tuple(value) for name, value in draft.items() if isinstance(value, list)}}
tenant, now = Tenant.objects.get(name={tenant!r}), timezone.now()
draft = ClientDraft(**(draft | lists))
secret = SecretDraft(description="", expires_at=None) if draft.type.has_secrets else None
made = register_client(draft, secret, actor=Actor.command_line(tenant.pk), now=now)
let_call(made.client, *Api.objects.filter(custom_identifier__in=apis))
print(json.dumps([str(made.client.pk), made.plain, str(tenant.pk)]))
"""
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
    tenant_id: str


def add_client(portal: PortalProcess, *apis: str, **draft: Any) -> Registered:
    """Add a client to the first tenant, which may call the built-in API and those named."""
    tenant = portal.environment["PORTAL_TENANT_NAME"]
    script = _ADD.format(draft=json.dumps({**draft, "apis": apis}), tenant=tenant)
    done = portal.manage("shell", "-v", "0", "-c", script)
    assert done.returncode == 0, done.stderr
    return Registered(*json.loads(done.stdout))


def add_person(portal: PortalProcess, username: str) -> str:
    """Add a person without rights to the first tenant, with PASSWORD; return their id."""
    values = {"tenant": portal.environment["PORTAL_TENANT_NAME"], "password": PASSWORD}
    script = _ADD_PERSON.format(username=username, **values)
    done = portal.manage("shell", "-v", "0", "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
