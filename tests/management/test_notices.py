"""`manage.py notices send`: sends what is due, once."""

from datetime import datetime, timedelta
from typing import Any

from django.test import override_settings

from clients_app.models import Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.factories import insert_clients, insert_secrets, make_person, make_tenant
from tests.management.conftest import Run
from tests.sinks import mail_sink


def test_notices_send_sends_once_at_any_hour(
    run: Run, tenant: Tenant, now: datetime, settings: Any
) -> None:
    settings.NOTICE_HOUR = 23
    make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@herons.example")
    make_tenant("Cranes GmbH")
    for client in insert_clients(["Pumps", "Weather"], tenant):
        insert_secrets(client, 1, expires_at=now + timedelta(days=3))

    with mail_sink() as sink, override_settings(**sink.settings):
        first, again = run("notices", "send"), run("notices", "send")

    assert first == (
        0,
        "Herons Ltd: notices for 2 secrets\n  mail to mara@herons.example: sent\n"
        "Cranes GmbH: notices for 0 secrets\n",
        "",
    )
    assert again == (
        0,
        "Herons Ltd: notices for 0 secrets\nCranes GmbH: notices for 0 secrets\n",
        "",
    )
    assert len(sink.received) == 1


def test_notices_send_can_be_limited_to_one_tenant(run: Run, tenant: Tenant) -> None:
    make_tenant("Cranes GmbH")

    sent = run("notices", "send", "--tenant", "Herons Ltd")
    assert sent.out == "Herons Ltd: notices for 0 secrets\n"
    assert run("notices", "send", "--tenant", "Nobody").status == 1
