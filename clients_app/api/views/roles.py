"""Roles, and the clients and roles of each other."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.api.etags import etag_of, expected_version, shown
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.clients import PROPERTIES as OF_CLIENTS
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.serializers.roles import PROPERTIES, HeldRoleModel, RoleModel
from clients_app.api.views.clients import (
    CONFIRM,
    KEPT,
    TOTAL_COUNT,
    client_of,
    confirms,
    kept_secrets,
    listed,
)
from clients_app.api.views.resource import Resource, caller, created
from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.http.json_models import TENANT_SCOPE, role_json
from clients_app.models import Role
from clients_app.permissions import Action, require
from clients_app.rules.built_in_roles import TENANT_CUSTOM
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.client_types import CLIENT_CREDENTIALS
from clients_app.rules.names import key_of
from clients_app.selectors.roles.roles import get_role, roles_of_client, tenant_roles
from clients_app.services import form_keys
from clients_app.services.clients.edits import assign_roles
from clients_app.services.roles.roles import add_role, edit_role, remove_role


class RolesView(Resource):
    """The roles of the tenant."""

    resource = "roles"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str) -> Response:
        """Return the roles that match, custom ones first."""
        given = Parameters(request, ("query", "skip", "count", "roleTypeId"))
        actor = caller(request)
        require(actor, Action.READ_ROLES)
        skip, count = given.page()
        roles = _found(tenant_roles(actor.tenant_id), given)
        if kind := given.guid("roleTypeId"):
            roles = [role for role in roles if role.role_type_id == kind]
        found = [role_json(role) for role in roles[skip : skip + count]]
        return Response(found, headers={TOTAL_COUNT: str(len(roles))})

    def post(self, request: Request, tenant_id: str) -> Response:
        """Add a custom role."""
        none_but(request)
        actor = caller(request)
        require(actor, Action.ADD_ROLE)
        fixed = {
            "RoleScope": TENANT_SCOPE,
            "TenantId": str(actor.tenant_id),
            "RoleTypeId": str(TENANT_CUSTOM),
        }
        values = values_from(RoleModel, request.data, current=fixed)
        name, description = values.get("Name", ""), values.get("Description", "")
        now = timezone.now()
        with form_keys.once(form_key_of(request, actor=actor), actor=actor, now=now):
            role = add_role(name, description=description, actor=actor, now=now)
        return created(request, role.pk, role_json(role))


class RoleView(Resource):
    """A role."""

    resource = "role"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str, role_id: str) -> Response:
        """Return the role."""
        none_but(request)
        return shown(role_json(_role_of(request, role_id)))

    def put(self, request: Request, tenant_id: str, role_id: str) -> Response:
        """Rename or describe a custom role."""
        none_but(request)
        role, actor = _role_of(request, role_id), caller(request)
        require(actor, Action.EDIT_ROLE)
        current = role_json(role)
        values = values_from(RoleModel, request.data, current=current)
        version = expected_version(request, role, current)
        if repeats(request.data, current):
            return shown(current)
        edited = edit_role(
            role.pk,
            name=values.get("Name", role.name),
            description=values.get("Description", role.description),
            expected_version=version,
            actor=actor,
            now=timezone.now(),
        )
        return shown(role_json(edited))

    def delete(self, request: Request, tenant_id: str, role_id: str) -> Response:
        """Remove a custom role, also from everyone who has it."""
        none_but(request)
        role = _role_of(request, role_id)
        version = expected_version(request, role, role_json(role))
        actor, now = caller(request), timezone.now()
        remove_role(role.pk, expected_version=version, actor=actor, now=now)
        return Response(status=204)


class RoleClientsView(Resource):
    """The clients that have a role."""

    resource = "role_clients"

    def get(self, request: Request, tenant_id: str, role_id: str) -> Response:
        """Return the clients, by name."""
        given = Parameters(request, ("skip", "count"))
        role = _role_of(request, role_id)
        return listed(request, given, client_type=CLIENT_CREDENTIALS.id, role_id=role.pk)


class ClientRolesView(Resource):
    """The roles of a client."""

    resource = "client_roles"

    properties = OF_CLIENTS | {"roles": "Id"}

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the roles of the client."""
        given = Parameters(request, ("query", "skip", "count"))
        client = client_of(request, client_id, client_type)
        skip, count = given.page()
        roles = roles_of_client(client)
        found = [role_json(role) for role in _found(roles, given)]
        headers = {TOTAL_COUNT: str(len(found)), "ETag": etag_of(list(map(role_json, roles)))}
        return Response(found[skip : skip + count], headers=headers)

    def put(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Give the client exactly these roles, and Tenant Member."""
        given = Parameters(request, (CONFIRM, KEPT))
        client, actor = client_of(request, client_id, client_type), caller(request)
        require(actor, Action.ASSIGN_ROLES, client=client)
        ids = frozenset(_ids_in(request.data))
        version = expected_version(request, client, _models(client))
        assign_roles(
            client,
            ids,
            confirms_administrator=confirms(given, client.name),
            expected_version=version,
            actor=actor,
            now=timezone.now(),
            kept_secrets=kept_secrets(given, client),
        )
        roles = _models(client)
        return Response(roles, headers={TOTAL_COUNT: str(len(roles)), "ETag": etag_of(roles)})


def _found(roles: Iterable[Role], given: Parameters) -> list[Role]:
    words = key_of(given.text("query"))
    return [role for role in roles if words in role.name_key]


def _ids_in(body: Any) -> list[Any]:
    if not isinstance(body, list) or len(body) > 1000:
        raise Refusal(400, "Send a list of roles.")
    return [values_from(HeldRoleModel, role, current=None)["Id"] for role in body]


def _models(client: Any) -> list[dict[str, Any]]:
    return [role_json(role) for role in roles_of_client(client)]


def _role_of(request: Request, role_id: str) -> Role:
    actor = caller(request)
    require(actor, Action.READ_ROLES)
    wanted = parse_client_id(role_id)
    sentence = _("There is no such role. It may have been removed.")
    return get_role(actor.tenant_id, existing(wanted, sentence))
