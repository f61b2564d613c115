"""Applying a file: as many queries for many clients as for few, if nothing differs."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.services.declared.apply import NewSecrets, apply_document
from clients_app.services.declared.entries import parse_document
from clients_app.services.declared.export import apis_of_file, clients_of_file, roles_of_file
from clients_app.services.secrets.changes import SecretDraft
from tests.actors import command_line_in
from tests.factories import insert_clients, let_call, make_api, make_role, role_id
from tests.moments import NOW


def test_file_of_an_export_takes_the_same_queries_for_any_number_of_clients(
    tenant: Tenant,
) -> None:
    make_role("MyData.Role", tenant)
    api, member = make_api("Orders", tenant, "read"), role_id(tenant, TENANT_MEMBER)

    def insert(count: int) -> None:
        for client in insert_clients((f"{count} {number}" for number in range(count)), tenant):
            client.roles.add(member)
            let_call(client, api)

    def queries() -> int:
        clients = list(clients_of_file(tenant, with_ids=True, now=NOW))
        data = {"roles": roles_of_file(tenant), "apis": apis_of_file(tenant), "clients": clients}
        secrets = NewSecrets(draft=SecretDraft(expires_at=None), hashed=[])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            actor = command_line_in(tenant)
            apply_document(parse_document(data), secrets, actor=actor, now=NOW)
        return len([one for one in asked if "SAVEPOINT" not in one["sql"]])

    insert(2)
    few = queries()
    insert(40)

    assert queries() == few
