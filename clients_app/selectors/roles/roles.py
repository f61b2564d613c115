"""The roles of a tenant, and who has them."""

from typing import Any, Final
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from clients_app.errors import existing, gettext_noop
from clients_app.models import Client, ClientRole, Person, PersonRole, Role
from clients_app.models.prepared import Argument, Prepared
from clients_app.rules.built_in_roles import TENANT_CUSTOM
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import key_of


def tenant_roles(tenant_id: UUID) -> list[Role]:
    """Return the roles in the order of the screen."""
    return list(Role.objects.for_tenant(tenant_id).in_screen_order())


def roles_with_counts(tenant_id: UUID) -> list[Any]:
    """Return ``tenant_roles``, each with ``client_count`` and ``person_count``.

    Removed clients are subtracted: excluding them takes ten times as long for 50,000 clients.
    """
    clients = ClientRole.objects.filter(role=OuterRef("pk"))
    gone = Client.objects.for_tenant(tenant_id).removed().values("pk")
    people = PersonRole.objects.filter(role=OuterRef("pk"))
    roles = Role.objects.for_tenant(tenant_id).annotate(
        client_count=_number(clients) - _number(clients.filter(client__in=gone)),
        person_count=_number(people),
    )
    return list(roles.in_screen_order())


def _number(held: QuerySet[Any]) -> Coalesce:
    count = held.order_by().values("role").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count), 0)


def get_role(tenant_id: UUID, role_id: UUID) -> Role:
    """Return a role of the tenant, or raise NotFound."""
    role = Role.objects.for_tenant(tenant_id).filter(pk=role_id).first()
    return existing(role, gettext_noop("There is no such role. It may have been removed."))


def find_role(tenant_id: UUID, text: str) -> Role:
    """Return the role of the tenant with this name, ignoring case, or id; or raise NotFound."""
    row_id = parse_client_id(text)
    fits = Q(pk=row_id) if row_id else Q(name_key=key_of(text))
    role = Role.objects.for_tenant(tenant_id).filter(fits).first()
    return existing(role, gettext_noop("There is no role with the name or id %(text)s."), text=text)


def holders_of(role: Role) -> tuple[QuerySet[Client], QuerySet[Person]]:
    """Return the clients (except removed ones) and the people who have the role, by name."""
    clients = role.clients.filter(removed_at=None).order_by("name_key")
    return clients, role.people.order_by("username_key")


def roles_of_client(client: Client) -> list[Role]:
    """Return the client's roles: Tenant Member, then custom ones, then the rest."""
    return _member_first(Role.objects.filter(clients=client).in_screen_order())


def roles_of_person(person: Person) -> list[Role]:
    """Return the person's roles: Tenant Member, then custom ones, then the rest."""
    return _member_first(Role.objects.filter(people=person).in_screen_order())


def rights_of_client(client: Client) -> frozenset[UUID]:
    """Return the Role Type Ids of the built-in roles that the client has now."""
    return frozenset(role_type_id for (role_type_id,) in _rights.rows(client_id=client.pk))


_rights: Final = Prepared(
    lambda: (
        Role.objects.filter(clients=Argument("client_id", UUIDField()))
        .exclude(role_type_id=TENANT_CUSTOM)
        .values_list("role_type_id")
    )
)


def _member_first(roles: QuerySet[Role]) -> list[Role]:
    return sorted(roles, key=lambda role: not role.is_member)
