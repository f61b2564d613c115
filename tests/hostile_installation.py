"""A tenant with a row of each kind, whose every text breaks out of what shows it unescaped."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from clients_app.actors import Actor
from clients_app.models import (
    Client,
    ClientKey,
    ClientSecret,
    Delivery,
    FederatedIdentity,
    NearMiss,
    NoticeChannel,
    Person,
    Role,
    Tenant,
)
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.clients.removal import remove_client
from clients_app.services.people.saved_filters import save_filter
from clients_app.services.roles.roles import add_role
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.tenants.tenants import add_tenant
from tests.actors import actor_for
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_client, make_person
from tests.hostile_text import hostile
from tests.portal_process import PASSWORD


class Installation(NamedTuple):
    tenant: Tenant
    person: Person
    client: Client
    removed: Client
    secret: ClientSecret
    role: Role
    key: ClientKey
    identity: FederatedIdentity
    near_miss: NearMiss


def make_installation() -> Installation:
    """Make a tenant whose every text is hostile."""
    now = datetime.now(UTC)
    tenant = add_tenant(hostile("tenant"), actor=Actor.installation(), now=now)
    more = {"password": PASSWORD, "is_staff": True, "email": "ines@herons.example"}
    person = make_person("ines", tenant, TENANT_ADMINISTRATOR, name=hostile("person"), **more)
    by: dict[str, Any] = {"actor": actor_for(person), "now": now}
    role = add_role(hostile("role"), description=hostile("role-description"), **by)
    draft = {
        "role_ids": frozenset({role.pk}),
        "tags": (hostile("tag"),),
        "description": hostile("description"),
        "contact": hostile("contact"),
    }
    client = make_client(hostile("client"), tenant, **by, **draft).client
    client.owners.add(person)
    removed = make_client(hostile("removed"), tenant, **by).client
    remove_client(removed, **by)
    ends_at = now + timedelta(days=7, hours=1)
    secret = add_secret(
        client, SecretDraft(description=hostile("secret"), expires_at=ends_at), **by
    ).secret
    ClientSecret.objects.filter(pk=secret.pk).update(created_at=now - timedelta(days=300))
    [key] = insert_keys(client, 1, description=hostile("key"), expires_at=ends_at)
    [identity] = insert_identities(
        client,
        1,
        description=hostile("identity"),
        expires_at=ends_at,
        subject_rule=hostile("subject"),
        claim_rules={hostile("claim"): hostile("rule")},
    )
    sent, expected = hostile("sent"), hostile("expected")
    verdicts = [
        {"claim": "typ", "sent": sent, "expected": expected, "problem": "type"},
        {"claim": "sub", "sent": sent, "expected": hostile("subject"), "problem": "subject rule"},
    ]
    near_miss = NearMiss.objects.create(client=client, identity=identity, at=now, verdicts=verdicts)
    save_filter(person, hostile("filter"), query="q=x")
    NoticeChannel.objects.create(
        tenant=tenant,
        channel="webhook",
        settings={"url": f"https://a.example/{hostile('channel')}"},
        shown=hostile("channel"),
        set_at=now,
        set_by=hostile("person"),
    )
    Delivery.objects.create(
        tenant=tenant, channel="webhook", recipient=hostile("message"), created_at=now, try_at=now
    )
    return Installation(tenant, person, client, removed, secret, role, key, identity, near_miss)
