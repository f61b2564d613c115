"""Refused attempts: counted, batched, and written as audit events (AUD-2, AUD-3)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser

from clients_app.models import AuditEvent, AuditHead, Person, Tenant
from clients_app.services.activity import refused_attempts
from tests.conftest import Machine, browser_of
from tests.factories import make_person
from tests.portal_process import PASSWORD
from tests.web.test_audit_events import recorded_events, sign_in

LIST: Final = "/security/clients"
PROOF: Final = {"proof_for": "GET", "proof": PASSWORD}


def test_refused_attempt_has_address_and_operation_id(
    colleague_browser: Browser, machine: Machine
) -> None:
    reply = colleague_browser.post(f"{LIST}/{machine.client.pk}/remove", REMOTE_ADDR="192.0.2.8")

    event = AuditEvent.objects.get(action="client.remove")
    assert reply.status_code == 403
    assert (event.address, event.operation_id) == ("192.0.2.8", reply["Operation-Id"])
    assert (event.outcome, event.client_id) == ("refused", machine.client.pk)


def test_refused_attempts_in_a_flood_become_two_events(
    colleague_browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(40):
        assert colleague_browser.post(f"{LIST}/add").status_code == 403
    refused_attempts.flush()
    assert [event[0] for event in recorded_events()] == ["client.add"]

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(UTC) + refused_attempts.QUIET + timedelta(seconds=1)

    monkeypatch.setattr(refused_attempts, "datetime", Later)
    refused_attempts.flush()

    first, second = AuditEvent.objects.filter(action="client.add").order_by("sequence")
    assert json.loads(first.canonical)["after"] == {}
    assert json.loads(second.canonical)["after"]["attempts"] == 39
    assert second.actor_name == "jonas"


def test_refused_attempts_counted_are_written_at_shutdown(colleague_browser: Browser) -> None:
    for _ in range(3):
        colleague_browser.post(f"{LIST}/add")
    refused_attempts.flush_all()

    assert [event[0] for event in recorded_events()] == ["client.add", "client.add"]


def test_failed_sign_ins_are_batched_and_unknown_names_only_logged(
    administrator: Person, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    """AUD-2: a request of an unknown person never locks a chain."""
    before = AuditHead.objects.get(tenant=tenant).sequence
    for name in ("mara", "nobody", "nobody else", "Mara", "pässword-typed-here"):
        sign_in(Browser(), name, "wrong")
    assert AuditHead.objects.get(tenant=tenant).sequence == before

    refused_attempts.flush()

    assert recorded_events() == [("sign-in.refused", "refused", "unknown", "mara")]
    event = AuditEvent.objects.get(action="sign-in.refused")
    assert (event.actor_kind, event.address) == ("unknown", "192.0.2.7")
    assert json.loads(event.canonical)["after"]["attempts"] == 2
    [line] = [line for line in caplog.messages if "unknown usernames" in line]
    assert line == "3 sign-ins with unknown usernames from 192.0.2.7 failed."


def test_refused_attempts_of_too_many_names_are_counted_together() -> None:
    for number in range(refused_attempts.NAMES_MAX + 500):
        refused_attempts.note_failed_sign_in(f"{number}" * 300, address="", now=datetime.now(UTC))

    assert len(refused_attempts.repeated) == refused_attempts.NAMES_MAX + 1


def test_refused_attempts_wait_for_an_unavailable_database(
    administrator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own would be lost
    refused_attempts.note_failed_sign_in("mara", address="192.0.2.7", now=datetime.now(UTC))

    def away(*_: Any) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        refused_attempts.flush()
    assert recorded_events() == []

    refused_attempts.flush()
    assert [event[0] for event in recorded_events()] == ["sign-in.refused"]


@pytest.mark.both_databases
def test_refused_attempt_with_an_unstorable_name_is_counted(administrator: Person) -> None:
    refused_attempts.note_failed_sign_in("ma\0ra", address="192.0.2.7", now=datetime.now(UTC))
    refused_attempts.flush()

    assert [event[0] for event in recorded_events()] == ["sign-in.refused"]


def test_failed_sign_in_of_another_tenant_leaves_no_event_here(
    stranger_browser: Browser, machine: Machine, tenant: Tenant
) -> None:
    reply = stranger_browser.post(f"{LIST}/{machine.client.pk}/remove")

    assert reply.status_code == 404
    assert recorded_events() == []


def test_failed_sign_in_of_an_inactive_person_is_recorded_with_the_name(tenant: Tenant) -> None:
    person = make_person("ann", tenant, password=PASSWORD)
    Person.objects.filter(pk=person.pk).update(is_active=False)

    sign_in(Browser(), "ann")
    refused_attempts.flush()

    assert recorded_events() == [("sign-in.refused", "refused", "unknown", "ann")]
    assert browser_of(person).get(LIST).status_code == 303
