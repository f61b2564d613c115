"""Usage: counted in memory, written in batches, kept while the database is away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from clients_app.models import Client, ClientSecret, TenantHour, TokenUsage
from clients_app.selectors.clients.usage import client_summary
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts, pending_counts, upserts
from tests.conftest import Machine

AT = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    counts.issued.take()


def count(
    machine: Machine, *, at: datetime = AT, address: str = "192.0.2.1", lifetime_s: int = 3600
) -> None:
    counts.count_token(
        str(machine.client.pk),
        Credential.of_secret(machine.secret.pk),
        lifetime_s=lifetime_s,
        address=address,
        now=at,
    )


def test_tokens_are_counted_per_secret_and_hour(machine: Machine):
    count(machine)
    count(machine, at=AT + timedelta(minutes=25), address="2001:db8::7")
    count(machine, at=AT + HOUR)

    counts.flush()

    assert [
        (row.client_id, row.secret_id, row.hour, row.tokens, row.last_at, row.last_address)
        for row in TokenUsage.objects.order_by("hour")
    ] == [
        (
            *(machine.client.pk, machine.secret.pk, datetime(2026, 11, 23, 12, tzinfo=UTC), 2),
            *(AT + timedelta(minutes=25), "2001:db8::7"),
        ),
        (
            *(machine.client.pk, machine.secret.pk, datetime(2026, 11, 23, 13, tzinfo=UTC), 1),
            *(AT + HOUR, "192.0.2.1"),
        ),
    ]


def test_second_batch_adds_to_the_first(machine: Machine):
    for _ in range(2):
        count(machine)
        counts.flush()

    assert TokenUsage.objects.get().tokens == 2


def test_late_batch_keeps_the_latest_time_and_address(machine: Machine):
    """Another worker has already written later requests."""
    for at, address in ((AT, "192.0.2.1"), (AT - HOUR / 4, "192.0.2.2")):
        count(machine, at=at, address=address)
        counts.flush()

    row = TokenUsage.objects.get()
    assert (row.tokens, row.last_at, row.last_address) == (2, AT, "192.0.2.1")
    assert Client.objects.get(pk=machine.client.pk).last_token_at == AT


def test_unknown_address_is_none(machine: Machine):
    count(machine, address="")
    counts.flush()

    assert TokenUsage.objects.get().last_address is None


def test_screens_show_the_counts(machine: Machine):
    count(machine)
    count(machine)
    counts.flush()

    [secret] = listed_secrets(machine.client, now=AT)
    summary = client_summary(machine.client, now=AT)
    assert (secret.last_used_at, secret.last_used_address) == (AT, "192.0.2.1")
    assert secret.tokens_7_days == summary.tokens_7_days == 2
    assert summary.last_address == "192.0.2.1"


def test_counting_makes_no_query(machine: Machine, django_assert_num_queries):
    with django_assert_num_queries(0):
        for _ in range(100):
            count(machine)


def test_tenant_hours_add_up_what_all_clients_requested(machine: Machine):
    for at in (AT, AT, AT + HOUR):
        count(machine, at=at)
    counts.flush()
    count(machine)
    counts.count_token(  # of a client without secrets: its token counts as well
        str(machine.client.pk), None, lifetime_s=60, address="", now=AT
    )
    count(machine, lifetime_s=0)  # an introspection, which is no token
    counts.flush()

    assert list(TenantHour.objects.order_by("hour").values_list("tenant", "hour", "tokens")) == [
        (machine.client.tenant_id, datetime(2026, 11, 23, 12, tzinfo=UTC), 4),
        (machine.client.tenant_id, datetime(2026, 11, 23, 13, tzinfo=UTC), 1),
    ]


def test_batch_takes_four_statements(machine: Machine, django_assert_num_queries):
    count(machine)
    counts.flush()  # the address of a secret is written once
    for _ in range(50):
        count(machine)

    with django_assert_num_queries(6):  # with SAVEPOINT and its RELEASE
        counts.flush()


@pytest.mark.parametrize("statement", ["_ADD_USES", "_SET_LAST_USE"])
def test_counts_that_cannot_be_written_are_kept_and_written_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog, statement: str
):
    count(machine)
    with monkeypatch.context() as patch:
        broken = "SELECT 1 FROM no_such_table WHERE %s"
        is_table = statement == "_ADD_USES"
        patch.setattr(counts, statement, {"secret": broken} if is_table else broken)
        patch.setattr(
            counts.connection, "close", lambda: None
        )  # the connection holds the test's transaction
        counts.flush()
    assert not TokenUsage.objects.exists()
    assert "wait for the database" in caplog.text

    count(machine)
    counts.flush()

    assert TokenUsage.objects.get().tokens == 2


def test_a_written_piece_is_not_written_again(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    """The second of two parts fails, so only that one is retried."""
    run = upserts.run
    calls = []

    def second_fails(*batches):
        calls.append(batches)
        if len(calls) == 2:
            raise DatabaseError("database is locked")
        run(*batches)

    count(machine)
    count(machine, at=AT + HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(pending_counts, "PIECE", 1)
        patch.setattr(upserts, "run", second_fails)
        patch.setattr(counts.connection, "close", lambda: None)
        counts.flush()
    counts.flush()

    assert [row.tokens for row in TokenUsage.objects.all()] == [1, 1]


def test_count_of_a_deleted_secret_does_not_block_the_others(machine: Machine):
    count(machine)
    counts.count_token(
        str(machine.client.pk),
        Credential.of_secret(machine.secret.pk + 1),
        lifetime_s=60,
        address="",
        now=AT,
    )

    counts.flush()

    assert TokenUsage.objects.get().tokens == 1
    assert ClientSecret.objects.count() == 1


def test_the_client_row_keeps_the_latest_expiry_of_its_tokens(machine: Machine):
    count(machine)
    counts.count_token(
        str(machine.client.pk),
        Credential.of_secret(machine.secret.pk),
        lifetime_s=60,
        address="",
        now=AT + HOUR / 60,
    )
    counts.flush()

    machine.client.refresh_from_db()
    assert machine.client.last_token_at == AT + HOUR / 60
    assert machine.client.last_token_expires_at == AT + HOUR
