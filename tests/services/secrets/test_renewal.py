"""An outdated stored form is renewed when its secret is used: SEC-4, SEC-5."""

from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher, Type
from django.db import Error as DatabaseError
from django.db import connection

from clients_app import derived_keys
from clients_app.models import AuditEvent, Client, ClientSecret
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import argon2_queue, renewal
from clients_app.services.secrets.digests import digest_fits, stored_form
from clients_app.services.secrets.renewal import SecretRow
from clients_app.services.secrets.verification import matching_secret
from clients_app.services.usage import counts
from tests.conftest import Machine
from tests.factories import insert_secrets

FORMER = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1, type=Type.ID)
pytestmark = pytest.mark.usefixtures("full_digests")
TODAY = "$argon2id$v=19$m=19456,t=2,p=1$"


@pytest.fixture
def former(machine: Machine) -> Machine:
    """The machine, with its secret stored with the parameters of an earlier release."""
    machine.secret.digest = FORMER.hash(machine.plain)
    machine.secret.save()
    return machine


def use(machine: Machine, plain: str | None = None, pk: int | None = None) -> int | None:
    """Check a secret as the token endpoint does, then run the work it postponed."""
    secret = ClientSecret.objects.get(pk=pk or machine.secret.pk)
    row = SecretRow(secret.pk, bytes(secret.tag), secret.tag_key_id, secret.digest)
    found = matching_secret(plain or machine.plain, client_id=machine.client.pk, rows=[row])
    argon2_queue.thread.submit(lambda: None).result()
    return found


def stored(machine: Machine) -> ClientSecret:
    return ClientSecret.objects.get(pk=machine.secret.pk)


def test_outdated_parameters_are_renewed(former: Machine):
    """SEC-4: and the secret stays the same."""
    assert use(former) == former.secret.pk
    counts.flush()

    row = stored(former)
    assert row.digest.startswith(TODAY)
    assert digest_fits(former.plain, row.digest)
    assert (bytes(row.tag), row.last_four) == (bytes(former.secret.tag), former.secret.last_four)
    assert use(former) == former.secret.pk
    assert renewal.renewed == {}


def test_mac_of_a_former_key_is_renewed_without_argon2(
    machine: Machine, settings: Any, argon2_runs: list[str], replaced_key: None
):
    """SEC-5: the former key is not needed afterwards."""
    current = derived_keys.current_key(derived_keys.SECRET_TAGS)
    assert stored(machine).tag_key_id != current.id

    use(machine)
    counts.flush()

    row = stored(machine)
    assert row.tag_key_id == current.id
    assert (row.digest, row.version) == (machine.secret.digest, machine.secret.version)
    settings.SECRET_KEY_FALLBACKS = []
    assert use(machine) == machine.secret.pk
    assert argon2_runs == []


def test_mac_of_a_lost_key_is_renewed_with_one_run(
    machine: Machine, argon2_runs: list[str], lost_key: None
):
    version = machine.client.version
    use(machine)
    counts.flush()

    row = stored(machine)
    assert row.tag_key_id == derived_keys.current_key(derived_keys.SECRET_TAGS).id
    assert (row.digest, row.version) == (machine.secret.digest, machine.secret.version)
    assert Client.objects.get(pk=machine.client.pk).version == version
    assert use(machine) == machine.secret.pk
    assert argon2_runs == [machine.secret.digest]


def test_more_renewals_than_one_piece_are_all_written(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    monkeypatch.setattr(renewal, "PIECE", 2)
    plains = {new_secret() for _ in range(5)}
    ids = {}
    for plain in plains:
        row = stored_form(plain, client_id=machine.client.pk)
        [secret] = insert_secrets(machine.client, 1, **row._asdict())
        ids[secret.pk] = plain
    request.getfixturevalue("replaced_key")

    for pk, plain in ids.items():
        use(machine, plain, pk)
    counts.flush()

    current = derived_keys.current_key(derived_keys.SECRET_TAGS)
    assert {ClientSecret.objects.get(pk=pk).tag_key_id for pk in ids} == {current.id}
    assert renewal.renewed == {}


def test_current_stored_form_is_not_changed(machine: Machine):
    use(machine)
    counts.flush()

    assert stored(machine).digest == machine.secret.digest


def test_wrong_secret_renews_nothing(former: Machine):
    assert use(former, new_secret()) is None
    counts.flush()

    assert stored(former).digest == former.secret.digest


def test_request_itself_writes_nothing(former: Machine, django_assert_num_queries):
    """AVA-6."""
    with django_assert_num_queries(1):  # the one of this test
        use(former)

    assert stored(former).digest == former.secret.digest


def test_row_changed_by_another_worker_is_not_overwritten(former: Machine):
    """As when another worker was faster."""
    use(former)
    faster = FORMER.hash(former.plain)
    ClientSecret.objects.filter(pk=former.secret.pk).update(digest=faster)

    counts.flush()

    assert stored(former).digest == faster
    assert renewal.renewed == {}


def test_concurrently_removed_secret_stays_removed(former: Machine, now: Any):
    use(former)
    ClientSecret.objects.filter(pk=former.secret.pk).update(removed_at=now)

    counts.flush()

    assert stored(former).removed_at == now


@pytest.mark.django_db(transaction=True)
def test_row_that_somebody_is_changing_is_left_to_its_next_use(machine: Machine, lost_key: None):
    """Waiting for one of several rows could be a deadlock. SQLite has no locks of rows."""
    use(machine)
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            parameters = connection.get_connection_params()
            names = {"dbname", "user", "password", "host", "port"} & set(parameters)
            other = psycopg.connect(**{name: parameters[name] for name in names})
            stack.enter_context(other)
            other.execute("SELECT 1 FROM clients_app_clientsecret FOR UPDATE")
        counts.flush()
    assert renewal.renewed == {}
    use(machine)
    counts.flush()

    assert stored(machine).tag_key_id == derived_keys.current_key(derived_keys.SECRET_TAGS).id


def test_failed_renewal_is_retried(former: Machine, monkeypatch: pytest.MonkeyPatch):
    def locked(*_: object, **__: object) -> int:
        raise DatabaseError("database is locked")

    use(former)
    with monkeypatch.context() as patch:
        patch.setattr("clients_app.services.usage.upserts.run", locked)
        patch.setattr(
            counts.connection, "close", lambda: None
        )  # the connection holds the test's transaction
        counts.flush()
    assert stored(former).digest == former.secret.digest

    counts.flush()

    assert stored(former).digest.startswith(TODAY)


def test_renewal_records_no_event(former: Machine):
    before = AuditEvent.objects.count()

    use(former)
    counts.flush()

    assert AuditEvent.objects.count() == before
