"""What the operations of the services change in tests."""

from typing import Any, Final, NamedTuple

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.test import override_settings

from clients_app.actors import Actor
from clients_app.identity.session_store import SessionStore
from clients_app.models import Api, Client, Delivery, Person, Role, SigningKey, Tenant
from clients_app.services.notices.calendar_links import create_feed
from clients_app.services.notices.channel_settings import set_channel
from clients_app.services.signing_keys.private_keys import new_key
from tests.actors import command_line_in
from tests.credentials import insert_identities, insert_keys
from tests.factories import (
    give_app,
    insert_clients,
    insert_usage,
    let_call,
    make_api,
    make_client,
    make_person,
    make_role,
)
from tests.moments import NOW

FORMER: Final = "f" * 60  # a SECRET_KEY


class Subjects(NamedTuple):
    """What the operations change: a client with a credential of each kind, a removed one, a role, a
    person with a second factor and a session, a signing key that is encrypted under a former
    SECRET_KEY, a message that failed, another person, an API that the client may call, and
    somebody who is invited."""

    tenant: Tenant
    client: Client
    removed: Client
    role: Role
    person: Person
    key: SigningKey
    failed: Delivery
    other: Person
    api: Api
    invited: Person
    actor: Actor | None = None  # default: the command line

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": self.actor or command_line_in(self.tenant), "now": NOW}

    @property
    def client_key_id(self) -> int:
        return self.client.keys.get().pk

    @property
    def identity_id(self) -> int:
        return self.client.identities.get().pk

    @property
    def secret_id(self) -> int:
        return self.client.secrets.get(removed_at=None).pk


def give_session(person: Person) -> None:
    """Sign ``person`` in somewhere."""
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    session["lasting_id"] = f"of-{person}"
    session.create()


def make_subjects(tenant: Tenant) -> Subjects:
    removed = insert_clients(["Valve"], tenant)[0]
    removed.removed_at = NOW
    removed.save()
    client = make_client("Pump", tenant, secret_description="old").client
    role, person = make_role("Old", tenant), make_person("ann", tenant)
    with override_settings(SECRET_KEY=FORMER):
        key = new_key(now=NOW, state="active", activated_at=NOW)
    key.save()
    give_app(person)
    give_session(person)
    set_channel(
        "webhook", {"url": "https://hooks.example.com/"}, actor=command_line_in(tenant), now=NOW
    )
    create_feed(person, actor=command_line_in(tenant), now=NOW)
    failed = Delivery.objects.create(
        tenant=tenant,
        channel="mail",
        recipient="a@b.example",
        state="failed",
        created_at=NOW,
        try_at=NOW,
    )
    other, api = make_person("bob", tenant), make_api("Orders", tenant, "read")
    invited = make_person("cyd", tenant)
    Person.objects.filter(pk=invited.pk).update(invitation_ends_at=NOW)
    let_call(client, api)
    [used] = insert_keys(client, 1, created_at=NOW)
    insert_usage(used, NOW, last_at=NOW)
    insert_identities(client, 1, created_at=NOW)
    client.refresh_from_db()
    return Subjects(tenant, client, removed, role, person, key, failed, other, api, invited)
