"""Every list and page of every model: content, hidden columns and query count
(ROL-10)."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients_app import models
from clients_app.admin import urls
from clients_app.admin.site import site
from tests.admin.conftest import Installation, list_of, page_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, make_person, make_role, make_tenant
from tests.moments import NOW
from tests.responses import text_of

MODELS = [
    models.Tenant,
    models.Person,
    models.Role,
    models.Api,
    models.Client,
    models.ClientSecret,
    models.ClientKey,
    models.FederatedIdentity,
    models.SigningKey,
    models.AuditEvent,
    models.TokenUsage,
]
names = [model.__name__ for model in MODELS]
assert urls  # registers the models

#: no page shows these columns, and no query parameter may filter by them
HIDDEN = {
    "password",
    "tag",
    "tag_key_id",
    "digest",
    "previous_digest",
    "chain_key_id",
    "canonical",
    "private_part",
}


def test_admin_registers_all_models() -> None:
    assert set(site._registry) == set(MODELS)


def test_admin_hidden_columns_are_on_no_page(staff: Browser) -> None:
    for model, shown in site._registry.items():
        groups = shown.fieldsets or [(None, {"fields": shown.fields})]
        fields = {name for _, group in groups for name in group["fields"]}

        assert fields, model
        assert not HIDDEN & (fields | set(shown.list_display) | set(shown.list_filter)), model


def test_admin_pages_contain_no_secrets(staff: Browser, installation: Installation) -> None:
    secret, key, person = installation.secret, installation.key, installation.person
    hidden = [
        "argon2",
        bytes(secret.tag).hex(),
        bytes(secret.tag).decode("latin-1"),
        secret.digest,
        person.password,
        bytes(key.private_part).hex(),
        installation.event.digest,
        "PRIVATE",
        '"d":',
    ]
    addresses = [list_of(model) for model in MODELS]
    addresses += [f"{list_of(model)}?q={model.objects.first()}" for model in MODELS]
    addresses += [page_of(row) for row in installation.rows()]
    for address in ["/admin/", "/admin/clients_app/", *addresses]:
        reply = staff.get(address)

        assert reply.status_code == 200, address
        for text in hidden:
            assert text not in text_of(reply), (address, text)


@pytest.mark.both_databases
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_admin_search_matches_name_and_id(
    staff: Browser, installation: Installation, model: type[Model]
) -> None:
    row = next(row for row in installation.rows() if isinstance(row, model))
    words = {
        models.Tenant: "herons",
        models.Person: "TOVE",
        models.Role: "PUMP R",
        models.Api: "ORD",
        models.Client: "wind PARK",
        **dict.fromkeys(
            (models.ClientSecret, models.ClientKey, models.FederatedIdentity), "wind park"
        ),
        models.SigningKey: installation.key.kid[:8],
        models.AuditEvent: "pump READER",
        models.TokenUsage: "reader",
    }
    guid = getattr(row, "object_id", None) or getattr(row, "client_id", None) or row.pk
    for term in (words[model], str(guid)):
        found = staff.get(list_of(model), {"q": term})
        nothing = staff.get(list_of(model), {"q": "no such thing anywhere"})

        assert page_of(row) in text_of(found)
        assert page_of(row) not in text_of(nothing)


#: refused: they filter by columns or years that no list offers
WRONG = (
    "digest__startswith=$argon2id",
    "tag__gt=a",
    "private_part__contains=a",
    "password__startswith=argon2",
    "client__secrets__digest__startswith=a",
    "canonical__contains=a",
    "tenant__id__exact=1",
    "nonsense=1",
    "created_at__year=99999",
    "at__year=9999",
    "hour__year=x",
)
#: ignored
STRANGE = (
    "o=999999999999999999999",
    "o=-",
    "p=abc",
    "q=%00",
    "q=" + "a " * 1500,
    "e=1",
    "_popup=1",
    "all=1",
)
#: either, depending on the filters of the list
ODD = (
    "p=999999999999999999999",
    "state=%00",
    "state=none",
    "tenant=%00",
    "tenant=none",
    "is_active__exact=%00",
    "client_type__exact=%00",
    "action=none",
)


@pytest.mark.sweep(on="postgresql")
@pytest.mark.both_databases
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_admin_list_invalid_query_redirects_to_the_list(
    staff: Browser, installation: Installation, model: type[Model]
) -> None:
    for query in WRONG:
        reply = staff.get(f"{list_of(model)}?{query}")
        assert (reply.status_code, reply["Location"]) == (302, f"{list_of(model)}?e=1"), query
    for query in STRANGE:
        assert staff.get(f"{list_of(model)}?{query}").status_code == 200, query
    for query in ODD:
        reply = staff.get(f"{list_of(model)}?{query}", follow=True)
        assert reply.status_code == 200, query
        assert "Database error" not in text_of(reply)


@pytest.mark.sweep(on="postgresql")
@pytest.mark.both_databases
@pytest.mark.parametrize("pk", ["0", "-1", "9" * 30, "none", "%00", "a/b", f"{UUID(int=0)}"])
def test_admin_page_unknown_row_redirects_to_the_front_page(staff: Browser, pk: str) -> None:
    for model in MODELS:
        reply = staff.get(f"{list_of(model)}{pk}/change/")
        assert (reply.status_code, reply["Location"]) == (302, "/admin/")
        assert staff.post(f"{list_of(model)}{pk}/change/").status_code == 403
        assert staff.post(f"{list_of(model)}{pk}/delete/").status_code == 403
    for operation in ("client/{}/remove/", "client/{}/secrets/add/", "clientsecret/{}/remove/"):
        assert staff.get(f"/admin/clients_app/{operation.format(pk)}").status_code == 404


def more_rows(tenant: models.Tenant) -> None:
    """Add a few rows to each list."""
    for number in range(4):
        make_person(f"person {number}", make_tenant(f"Tenant {number}"))
        role = make_role(f"Role {number}", tenant)
        (client,) = insert_clients([f"Client {number}"], tenant)
        client.clientrole_set.create(role=role)
        (secret,) = insert_secrets(client, 1)
        (key,), (identity,) = insert_keys(client, 1), insert_identities(client, 1)
        for used in ({"secret": secret}, {"key": key}, {"identity": identity}):
            models.TokenUsage.objects.create(client=client, hour=NOW, last_at=NOW, **used)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_admin_list_query_count_does_not_grow_with_rows(
    staff: Browser, installation: Installation, model: type[Model]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert staff.get(list_of(model)).status_code == 200
        return len(queries)

    staff.get(list_of(model))
    before = cost()
    more_rows(installation.tenant)

    assert cost() == before


@pytest.mark.parametrize("part", ["change", "delete"])
def test_admin_rows_cannot_be_changed_bypassing_the_services(
    staff: Browser,
    installation: Installation,
    dump_of_every_table: Callable[[], str],
    part: str,
) -> None:
    def rows() -> list[str]:  # the session records when it was last seen
        return [
            table
            for table in dump_of_every_table().splitlines()
            if not table.startswith("clients_app_session:")
        ]

    before = rows()
    for row in installation.rows():
        for body in ({}, {"post": "yes"}, {"_saveasnew": "1", "name": "x"}, {"_save": "1"}):
            reply = staff.post(page_of(row, part), body)

            assert reply.status_code == 403, (row, body)
    assert rows() == before


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_admin_lists_have_no_bulk_actions(
    staff: Browser, installation: Installation, model: type[Model]
) -> None:
    assert "delete_selected" not in text_of(staff.get(list_of(model)))
    keys = [str(row.pk) for row in model.objects.all()]

    staff.post(
        list_of(model),
        {"action": "delete_selected", "_selected_action": keys, "post": "yes", "index": "0"},
    )

    assert [str(row.pk) for row in model.objects.all()] == keys
