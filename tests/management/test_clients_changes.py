"""`manage.py clients`: what it does to an existing client."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.services.secrets.digests import digest_fits
from tests.factories import insert_clients, insert_secrets, make_tenant
from tests.hashing import hashing_outside_transactions
from tests.management.conftest import Run
from tests.management.test_clients import SECRET

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere


@pytest.fixture
def pump(run: Run, tenant: Tenant) -> Client:
    """A client with one secret, created long ago."""
    run("clients", "add", "Pump")
    client = Client.objects.get()
    ClientSecret.objects.update(created_at=client.created_at - timedelta(days=30))
    return client


@pytest.mark.both_databases
def test_rotate_prints_the_new_secret_once_and_expires_the_old_one(
    run: Run, pump: Client, dump_of_every_table: Callable[[], str]
) -> None:
    ended = run("clients", "rotate", str(pump.pk), "--description", "next")

    new = ClientSecret.objects.get(description="next")
    old = new.replaces
    assert old is not None
    assert old.expires_at is not None
    assert old.expires_at - new.created_at == timedelta(hours=24)
    (plain,) = SECRET.findall(ended.out)
    assert digest_fits(plain, new.digest)
    assert plain not in dump_of_every_table()
    assert (ended.status, ended.error) == (0, "")
    assert ended.out.splitlines()[-1] == (
        f"The old secret {old} ends at {old.expires_at:%Y-%m-%d %H:%M:%S} UTC."
    )


def test_new_secret_is_hashed_before_the_transaction(run: Run, tenant: Tenant) -> None:
    with hashing_outside_transactions() as runs:
        run("clients", "add", "Pump")
        rotated = run("clients", "rotate", str(Client.objects.get().pk))

    assert (rotated.status, len(runs)) == (0, 2)


@pytest.mark.both_databases
def test_rotate_with_json_prints_the_same_object_as_add(run: Run, pump: Client) -> None:
    ended = run("clients", "rotate", str(pump.pk).upper(), "--old-ends", "now", "--json")

    printed = json.loads(ended.out)
    assert list(printed) == [
        *("client_id", "client_secret", "token_endpoint", "expires_at", "secret_id"),
    ]
    new = ClientSecret.objects.exclude(replaces=None).get()
    assert new.replaces is not None
    assert new.replaces.expires_at == new.created_at
    assert digest_fits(printed["client_secret"], new.digest)


@pytest.mark.parametrize(
    ("old_ends", "sentence"),
    [
        ("2020-01-01", "in the future, or select Immediately."),
        ("soon", "Enter a date and time as YYYY-MM-DD hh:mm"),
    ],
)
def test_rotate_with_an_invalid_expiry_is_refused(
    run: Run, pump: Client, old_ends: str, sentence: str
) -> None:
    ended = run("clients", "rotate", str(pump.pk), "--old-ends", old_ends)

    assert (ended.status, ended.out) == (1, "")
    assert sentence in ended.error
    assert ClientSecret.objects.count() == 1


def test_rotate_with_several_secrets_lists_them(run: Run, pump: Client) -> None:
    first, second = ClientSecret.objects.get(), insert_secrets(pump, 1, description="spare")[0]

    ended = run("clients", "rotate", str(pump.pk))
    assert ended.status == 1
    assert f"--secret {first.pk} for {first}" in ended.error
    assert f"--secret {second.pk} for spare" in ended.error

    assert run("clients", "rotate", str(pump.pk), "--secret", str(second.pk)).status == 0
    assert ClientSecret.objects.get(replaces=second)


def test_rotate_with_ten_secrets_requires_remove(run: Run, pump: Client) -> None:
    one, other = ClientSecret.objects.get(), insert_secrets(pump, 9, expires_at=None)[0]
    words = ("clients", "rotate", str(pump.pk), "--secret", str(one.pk))

    assert "Choose the secret to remove." in run(*words).error
    assert run(*words, "--remove", str(other.pk)).status == 0
    other.refresh_from_db()
    assert other.removed_at is not None


@pytest.mark.parametrize("client_id", ["Pump", "00000000-0000-4000-8000-000000000000"])
def test_rotate_of_an_unknown_client(run: Run, tenant: Tenant, client_id: str) -> None:
    said = f"There is no client with the name or id {client_id}.\n"
    assert run("clients", "rotate", client_id).error == said


def test_end_tokens_ends_the_tokens_of_the_client(run: Run, tenant: Tenant) -> None:
    pump, other = insert_clients(["Pump", "Other"], tenant)
    before = datetime.now(UTC)

    ended = run("clients", "end-tokens", str(pump.pk).upper())

    assert ended.status == 0
    assert ended.out.startswith("All tokens of Pump are revoked for APIs that introspect them.\n")
    pump.refresh_from_db()
    other.refresh_from_db()
    assert pump.tokens_not_before is not None
    assert before <= pump.tokens_not_before <= datetime.now(UTC)
    assert other.tokens_not_before is None
    event = AuditEvent.objects.get(action="client.tokens.ended")
    assert (event.actor_kind, event.client_id) == ("command line", pump.pk)


@pytest.mark.parametrize("client_id", ["Pump", "7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"])
def test_end_tokens_of_an_unknown_client(run: Run, tenant: Tenant, client_id: str) -> None:
    ended = run("clients", "end-tokens", client_id)

    said = f"There is no client with the name or id {client_id}.\n"
    assert (ended.status, ended.error) == (1, said)


def test_end_tokens_of_a_client_of_another_tenant_is_refused(run: Run, tenant: Tenant) -> None:
    [theirs] = insert_clients(["Theirs"], make_tenant("Cranes GmbH"))

    ended = run("clients", "end-tokens", str(theirs.pk), "--tenant", tenant.name)

    said = f"There is no client with the name or id {theirs.pk}.\n"
    assert (ended.status, ended.error) == (1, said)


def test_rotate_to_a_key_prints_only_a_jwe(
    run: Run, pump: Client, tmp_path: Path, dump_of_every_table: Callable[[], str]
) -> None:
    key = ECKey.generate_key("P-256")
    file = tmp_path / "public.jwk"
    file.write_text(json.dumps(key.as_dict(private=False)))
    words = ("clients", "rotate", str(pump.pk), "--old-ends", "now", "--to-key", str(file))

    ended = run(*words, "--json")

    printed = json.loads(ended.out)
    assert (ended.status, "client_secret" in printed) == (0, False)
    opened = jwe.decrypt_compact(printed["client_secret_jwe"], key)
    plain = (opened.plaintext or b"").decode()
    assert digest_fits(plain, ClientSecret.objects.get(pk=printed["secret_id"]).digest)
    assert plain not in dump_of_every_table()
    for_people = run(*words).out
    assert not SECRET.search(for_people)
    assert "only the owner of the private key can read it" in for_people


def test_rotate_to_what_is_no_public_key_changes_nothing(
    run: Run, pump: Client, tmp_path: Path
) -> None:
    private, binary = tmp_path / "private.jwk", tmp_path / "binary"
    private.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))
    binary.write_bytes(b"\xff")
    words = ("clients", "rotate", str(pump.pk), "--to-key")

    ends = [run(*words, str(path)) for path in (private, binary, tmp_path, tmp_path / "none")]

    assert [ended.status for ended in ends] == [1] * 4
    assert ends[0].error.endswith("(--to-key)\n")
    assert ends[3].error.endswith("none cannot be read (No such file or directory).\n")
    assert ClientSecret.objects.count() == 1
