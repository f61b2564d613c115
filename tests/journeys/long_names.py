"""A tenant where every text is as long as it may be, without a space to break at.

Runs inside the portal: `manage.py shell -c "from tests.journeys import long_names; ..."`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from clients_app import limits
from clients_app.actors import Actor
from clients_app.models import Client, Delivery, Person, Role
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.client_fields import CONTACT
from clients_app.rules.client_types import AUTHORIZATION_CODE
from clients_app.rules.verdicts import SENT_MAX
from clients_app.rules.webhook_urls import shown_url
from clients_app.services.apis.apis import add_api
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.owners import set_owners
from clients_app.services.clients.registration import register_client
from clients_app.services.clients.removal import remove_client
from clients_app.services.credentials.identities import IdentityDraft, add_identity
from clients_app.services.credentials.keys import KeyDraft, add_keys
from clients_app.services.notices import channel_settings
from clients_app.services.people.accounts import add_person
from clients_app.services.people.invitations import invite_person
from clients_app.services.people.saved_filters import save_filter
from clients_app.services.roles.roles import add_role
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.tenants.tenants import add_tenant
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts
from tests.actors import actor_for
from tests.journeys.near_misses import insert_near_misses

DAY: Final = timedelta(days=1)
USERNAME: Final = "U" * limits.USERNAME_MAX


def long(first: str, maximum: int) -> str:
    """Return a text of wide letters that begins with ``first``."""
    return first + "W" * (maximum - len(first))


def settle(password: str) -> None:
    """Add the tenant with an administrator who is Staff, three roles, four clients and an API."""
    now = datetime.now(UTC)
    tenant = add_tenant(long("T", limits.TENANT_NAME_MAX), actor=Actor.installation(), now=now)
    trusted = Actor.command_line(tenant.pk)
    administrator = Role.objects.for_tenant(tenant.pk).get(role_type_id=TENANT_ADMINISTRATOR)
    person = add_person(
        USERNAME,
        name=long("P", limits.PERSON_NAME_MAX),
        email=f"{'m' * 60}@{'d' * 60}.{'e' * 60}.example",
        password=password,
        role_ids=frozenset({administrator.pk}),
        is_staff=True,
        actor=trusted,
        now=now,
    )
    actor = replace(actor_for(person), address="2001:db8:1111:2222:3333:4444:5555:6666")
    roles = frozenset(
        add_role(
            long(first, limits.ROLE_NAME_MAX),
            description=long("D", limits.ROLE_DESCRIPTION_MAX),
            actor=actor,
            now=now,
        ).pk
        for first in "ABC"
    )
    for first in "ABC":
        _add_client(first, roles, person, actor=actor, now=now - 30 * DAY)
    _add_public_client(actor, now=now)
    _add_api(actor, now=now)
    _invite(roles, actor, now=now)
    save_filter(person, long("F", limits.SAVED_FILTER_NAME_MAX), query="show=expiring")
    _set_channel(actor, now=now)


def _invite(roles: frozenset, actor: Actor, *, now: datetime) -> None:
    """Invite a person with all roles."""
    invite_person(
        long("I", limits.USERNAME_MAX),
        name=long("I", limits.PERSON_NAME_MAX),
        email=f"{'i' * 60}@{'d' * 60}.{'e' * 60}.example",
        role_ids=roles,
        confirms_administrator=False,
        by_mail=False,
        actor=actor,
        now=now,
    )


def _add_client(
    first: str, roles: frozenset, person: Person, *, actor: Actor, now: datetime
) -> None:
    added = register_client(
        ClientDraft(
            name=long(first, limits.NAME_MAX),
            role_ids=roles,
            description=long("d", limits.DESCRIPTION_MAX),
            contact=long("c", CONTACT.maximum),
            tags=(long("t", limits.TAG_MAX), long("u", limits.TAG_MAX)),
        ),
        SecretDraft(
            description=long("S", limits.SECRET_DESCRIPTION_MAX), expires_at=now + 33 * DAY
        ),
        actor=actor,
        now=now,
    )
    client, secret = added.client, added.secret
    assert secret is not None
    owners = frozenset({person.pk})
    set_owners(client, owners, expected_version=None, actor=actor, now=now)
    credential = Credential.of_secret(secret.pk)
    counts.count_token(
        str(client.pk), credential, lifetime_s=3600, address=actor.address, now=now + 29 * DAY
    )
    counts.flush()
    if first == "A":
        key = KeyDraft(
            jwks_url=f"https://{long('k', limits.URL_MAX - 16)}.example",
            description=long("K", limits.SECRET_DESCRIPTION_MAX),
            expires_at=None,
        )
        add_keys(client, key, actor=actor, now=now)
        job = IdentityDraft(
            issuer=f"https://{long('i', limits.URL_MAX - 8)}",
            subject_rule=long("s", limits.CLAIM_RULE_MAX),
            claim_rules={long("c", limits.CLAIM_NAME_MAX): long("r", limits.CLAIM_RULE_MAX)},
            audience=long("a", limits.AUDIENCE_MAX),
            description=long("I", limits.SECRET_DESCRIPTION_MAX),
            expires_at=None,
        )
        identity = add_identity(client, job, actor=actor, now=now)
        insert_near_misses(client, identity, long("m", SENT_MAX), now=now + 30 * DAY)
    if first == "B":
        draft = SecretDraft(
            description=long("N", limits.SECRET_DESCRIPTION_MAX), expires_at=now + 300 * DAY
        )
        rotate_secret(
            client, secret.pk, draft, old_ends_at=now + 32 * DAY, actor=actor, now=now + 30 * DAY
        )
    elif first == "C":
        remove_client(client, actor=actor, now=now + 30 * DAY)


def _add_api(actor: Actor, *, now: datetime) -> None:
    """Add an API that all clients with secrets may call."""
    scope = long("S", limits.SCOPE_MAX)
    draft = ApiDraft(
        name=long("A", limits.NAME_MAX),
        identifier=f"api://{'a' * (limits.IDENTIFIER_MAX - 6)}",
        description=long("D", limits.DESCRIPTION_MAX),
        scopes=(ScopeDraft(name=scope, description=long("d", limits.SCOPE_DESCRIPTION_MAX)),),
    )
    api = add_api(draft, actor=actor, now=now)
    for client in Client.objects.for_tenant(actor.tenant_id).present():
        may_call = MayCallDraft(apis={api.pk: frozenset({scope})}, default_api_id=api.pk)
        set_may_call(client, may_call, expected_version=None, actor=actor, now=now)


def _add_public_client(actor: Actor, *, now: datetime) -> None:
    url = f"https://host.example/{'p' * (limits.URL_MAX - 21)}"
    register_client(
        ClientDraft(
            name=long("H", limits.NAME_MAX),
            client_type=AUTHORIZATION_CODE.id,
            redirect_uris=(url,),
            logout_uris=(url,),
            cors_origins=(f"https://{'h' * 60}.{'i' * 60}.example:65535",),
        ),
        None,
        actor=actor,
        now=now,
    )


def _set_channel(actor: Actor, *, now: datetime) -> None:
    url = f"https://{'h' * 60}.{'i' * 60}.example/{'p' * 1000}"
    channel_settings.set_channel("webhook", {"url": url}, actor=actor, now=now)
    Delivery.objects.create(
        tenant_id=actor.tenant_id,
        channel="webhook",
        recipient=shown_url(url),
        is_test=True,
        state=Delivery.State.FAILED,
        answer=long("X", limits.ANSWER_MAX),
        created_at=now,
        try_at=now,
        finished_at=now,
    )
