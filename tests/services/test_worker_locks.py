"""What the worker does by the clock locks what it decides by, as each operation does."""

import pytest
from django.test import override_settings

from clients_app.models import SigningKey, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.periods import DAY
from clients_app.services.notices.schedule import queue_notices
from clients_app.services.signing_keys.rotation import ensure_active_key, follow_schedule
from tests.factories import insert_secrets, make_client, make_person
from tests.moments import NOW
from tests.services.test_locks import locks_before_the_first_write


def test_worker_locks_before_it_writes(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    make_person("mara", tenant, TENANT_ADMINISTRATOR, email="mara@herons.example")
    insert_secrets(make_client("Pump", tenant).client, 1, expires_at=NOW + 7 * DAY)
    ensure_active_key(now=NOW)

    with (
        override_settings(MAIL={"EMAIL_HOST": "x"}),
        locks_before_the_first_write(monkeypatch) as found,
    ):
        assert queue_notices(tenant, now=NOW) == 1
    assert found == {Tenant}
    with locks_before_the_first_write(monkeypatch) as found:
        follow_schedule(now=NOW + 400 * DAY)
    assert found == {SigningKey}
