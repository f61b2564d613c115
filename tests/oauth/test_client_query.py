"""The query by hand reads what Django's models read, in one query and without their objects."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, ClientSecret, MayCall, SigningKey
from clients_app.oauth.client_query import read_client, stored_client
from tests.factories import make_api, make_tenant


def by_django(client_id: Any, now: datetime) -> tuple[str, list[int], list[str], str]:
    """Read the same by models, as briefly as they can."""
    client = Client.objects.present().get(pk=client_id, is_enabled=True)
    secrets = [secret.pk for secret in ClientSecret.objects.live(now).filter(client=client)]
    roles = sorted(role.name for role in client.roles.all())
    return str(client.tenant_id), secrets, roles, SigningKey.objects.get(state="active").kid


def test_one_query_reads_what_models_read_in_four(
    good: SimpleNamespace, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    with CaptureQueriesContext(connection) as by_models:
        expected = by_django(good.row.pk, now)
    executed: list[Any] = []
    monkeypatch.setattr(
        "clients_app.oauth.client_query.stored_client",
        lambda *args: executed.append(args) or stored_client(*args),
    )
    made: list[Model] = []
    monkeypatch.setattr(Model, "from_db", lambda *args: made.append(args[0]))
    with CaptureQueriesContext(connection) as by_hand:
        read = read_client(good.row.pk, now=now)

    secrets = [secret.id for secret in read.secrets]
    roles = list(read.as_subject.role_names)
    assert (read.tenant_id, secrets, roles, read.active_kid) == expected
    assert len(by_models) == 4
    assert (len(executed), len(made), len(by_hand)) == (1, 0, 0)  # past Django's own cursor


def test_a_client_without_live_secrets_is_read_with_its_roles(
    clients: SimpleNamespace, now: datetime
):
    for kind, is_active in (("expired", True), ("retired", True), ("disabled", False)):
        client = read_client(getattr(clients, kind).row.pk, now=now)
        assert (client.is_known, client.is_active, client.secrets) == (True, is_active, [])
        assert client.as_subject.role_names == ("MyData.Role", "Tenant Member")


def test_row_for_an_api_of_another_tenant_reaches_nothing(good: SimpleNamespace, now: datetime):
    """No service writes such a row; a mistake in the database must not cross tenants either."""
    theirs = make_api("Orders", make_tenant("Contoso"), "read")
    MayCall.objects.create(client=good.row, api=theirs)
    Client.objects.filter(pk=good.row.pk).update(may_call_others=True)

    read = read_client(good.row.pk, now=now)

    assert read.may_call_others
    assert theirs.identifier not in read.reach.targets
