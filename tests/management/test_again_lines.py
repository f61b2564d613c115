"""The commands that take away again what works since a restore (AVA-7)."""

import shlex
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Model

from clients_app.audit.sentences import SENTENCES
from clients_app.management.again_lines import command_of, sentence_of, takes_away
from clients_app.models import Client, ClientSecret, Tenant
from clients_app.services.backups.later_events import LaterEvent
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_client
from tests.management.conftest import Run

YEAR = datetime.now(UTC).year + 1
STARTS = ("client.secret.", "client.key.", "client.identity.")
TAKEN = sorted(
    action
    for action in SENTENCES
    if action.startswith(STARTS) and action.endswith((".removed", ".edited", ".rotated"))
)


def credential(client: Client, action: str) -> Model:
    """Return the row that the event is about."""
    expires_at = datetime.now(UTC) + timedelta(days=30)
    match action.split(".")[1]:
        case "key":
            return insert_keys(client, 1, expires_at=expires_at)[0]
        case "identity":
            return insert_identities(client, 1, expires_at=expires_at)[0]
        case _:
            return ClientSecret.objects.get(client=client)


@pytest.mark.one_database
@pytest.mark.parametrize("action", TAKEN)
def test_each_credential_that_works_again_has_a_command_that_ends_it(
    run: Run, tenant: Tenant, action: str
) -> None:
    client = make_client("Pump", tenant).client
    row = credential(client, action)
    event = LaterEvent(
        tenant_id=tenant.pk,
        sequence=9,
        action=action,
        client_id=str(client.pk),
        object_id=str(row.pk),
        name="…1234",
        members={"outcome": "done"},
    )

    assert takes_away(event)
    assert str(client.pk) in sentence_of(event)
    command = command_of(event, with_tenant=False).replace("DATE", f"{YEAR}-01-01")
    ended = run(*shlex.split(command))
    assert ended.status == 0, ended.error
