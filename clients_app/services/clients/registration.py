"""Adding a client."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from clients_app import audit
from clients_app.actors import Actor, ActorKind
from clients_app.errors import Conflict, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import (
    Client,
    ClientOwner,
    ClientRole,
    ClientSecret,
    IssuedClientId,
    Person,
    Role,
)
from clients_app.models.defaults import new_id
from clients_app.permissions import Action, require
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.tenants.policies import policy_of
from clients_app.services import form_keys
from clients_app.services.apis.may_call import copy_may_call
from clients_app.services.clients import drafts, first_credential
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import in_state
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.services.clients.sort_columns import first_role_key, set_expiry
from clients_app.services.locks import lock_tenant
from clients_app.services.secrets.adding import NewSecret
from clients_app.services.secrets.digests import HashedSecret


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A new client with its first secret, whose plain text can be read only here and now.

    A client that proves itself in another way, or not at all, has neither.
    """

    client: Client
    secret: ClientSecret | None = None
    plain: str = field(default="", repr=False)


def register_client(
    draft: ClientDraft,
    first: FirstDraft | None,
    *,
    actor: Actor,
    now: datetime,
    form_key: str = "",
    owner_ids: frozenset[UUID] = frozenset(),
    copy_of: UUID | None = None,
    hashed: HashedSecret | None = None,
    client_id: UUID | None = None,
    is_enabled: bool = True,
) -> RegisteredClient:
    """Add a client with its roles, Owners, URLs and first credential: all of it or nothing.

    ``first`` is None exactly for a type without secrets. The client may call the built-in API; with
    ``copy_of``, the id of another client, it may call what that one may, and accepts the same
    assertions. Within a transaction of the caller, ``hashed`` is its first secret, made before.
    ``client_id`` None: a new one.
    Errors: as ``check_client_draft``; RuleBroken for a bad credential (secret.description,
    secret.expiration, and the fields of ``add_keys`` and ``add_identity``), a full tenant, or no
    Owner where a policy requires one; AlreadyAdded if this form was sent before; NotFound if there
    never was a client ``copy_of``; Conflict (id) if ``client_id`` was ever given to a client, or is
    that of a person, for whom APIs would take it (RFC 9068 section 5).
    Source: CLI-3, CLI-7, CLI-10.
    """
    require(actor, Action.ADD_CLIENT)
    if (first is not None) != draft.type.has_secrets:
        raise ValueError("A client comes with a credential exactly where its type has secrets.")
    client_id = _own_id(client_id)
    new = first_credential.prepared(first, client_id=client_id, now=now, hashed=hashed)
    secret, plain = (new.secret, new.plain) if isinstance(new, NewSecret) else (None, "")
    with transaction.atomic():
        policy = policy_of(lock_tenant(actor.tenant_id))
        form_keys.refuse_used(form_key, actor=actor)
        if copy_of is not None:
            draft = drafts.with_rules_of(draft, copy_of, tenant_id=actor.tenant_id)
        draft, roles = drafts.checked(draft, tenant_id=actor.tenant_id)
        owners = _owners(owner_ids, actor=actor, policy=policy)
        client = _new_client(client_id, draft, actor=actor, now=now)
        _insert(client, roles, owners, secret=secret)
        drafts.insert_tags_and_urls(client, draft)
        form_keys.use(form_key, client=client, actor=actor, now=now)
        after = drafts.values_of(draft, roles)
        after["owners"] = [owner.username for owner in owners]
        if copy_of is not None:
            after |= copy_may_call(client, copy_of)
        audit.record("client.added", client, actor=actor, now=now, after=after)
        first_credential.insert(client, new, policy=policy, actor=actor, now=now)
        client = in_state(client, is_enabled, actor=actor, now=now)
    return RegisteredClient(client, secret, plain)


def _insert(
    client: Client, roles: list[Role], owners: list[Person], *, secret: ClientSecret | None
) -> None:
    """Insert the client, with what the list shows of its first ``secret``, its roles and Owners.

    Errors: Conflict (id) if its id was given to a client before.
    """
    try:
        IssuedClientId(id=client.pk).save(force_insert=True)
    except IntegrityError as error:
        raise _given_before() from error
    client.first_role_key, client.has_owner = first_role_key(roles), bool(owners)
    if secret is not None:
        ends = {secret.expires_at}
        set_expiry(client, ends, last=secret.expires_at, now=client.created_at)
    client.save(force_insert=True)
    ClientRole.objects.bulk_create(ClientRole(client=client, role=role) for role in roles)
    ClientOwner.objects.bulk_create(ClientOwner(client=client, person=owner) for owner in owners)


def _own_id(chosen: UUID | None) -> UUID:
    """Return the id that was chosen, or a new one. Errors: Conflict (id) for that of a person."""
    if chosen is not None and Person.objects.filter(pk=chosen).exists():
        raise _given_before()
    return chosen or new_id()


def _given_before() -> Conflict:
    return Conflict(_("This Client Id was given before. Choose another, or none."), field="id")


def _owners(owner_ids: frozenset[UUID], *, actor: Actor, policy: TenantPolicy) -> list[Person]:
    """Return the people named, or the actor if nobody is named and a policy requires an Owner."""
    if not owner_ids and not policy.owner_required:
        return []
    people = Person.objects.filter(tenant_id=actor.tenant_id, is_active=True)
    owners = list(people.filter(pk__in=owner_ids).order_by("username_key"))
    if len(owners) != len(owner_ids):
        raise RuleBroken(_("Choose owners in this tenant."))
    if owners:
        return owners
    if actor.kind is ActorKind.PERSON:
        owners = list(people.filter(pk=actor.id))
    if not owners:
        raise RuleBroken(_("A policy of this tenant requires an owner. Name one."))
    return owners


def _new_client(client_id: UUID, draft: ClientDraft, *, actor: Actor, now: datetime) -> Client:
    return Client(
        id=client_id,
        tenant_id=actor.tenant_id,
        client_type=draft.client_type,
        **{column: getattr(draft, column) for column in drafts.COLUMNS},
        **actor.as_author(now),
    )
