"""`manage.py secrets`: list, show, add, edit and remove."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from clients_app.models import ClientSecret, Tenant
from clients_app.services.secrets.digests import digest_fits
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_client, make_tenant
from tests.hashing import hashing_outside_transactions
from tests.management.conftest import Run
from tests.management.test_clients import SECRET

YEAR = datetime.now(UTC).year + 1


@pytest.fixture
def first(tenant: Tenant) -> ClientSecret:
    """The only secret of a client."""
    secret = make_client("Pump", tenant, secret_description="first").secret
    assert secret is not None
    return secret


def test_list_and_show_say_all_but_the_text(run: Run, first: ClientSecret) -> None:
    client_id, secret_id = str(first.client_id), str(first.pk)
    printed = json.loads(run("secrets", "list", client_id, "--json").out)

    assert list(printed) == [
        *("Id", "Description", "Expiration", "Expires", "Created"),
        *("EndsIn", "LastUsed", "LastUsedFrom"),
    ]
    assert (printed["Id"], printed["EndsIn"]) == (first.pk, first.last_four)
    assert json.loads(run("secrets", "show", client_id, secret_id, "--json").out) == printed
    heading, row = run("secrets", "list", client_id).out.splitlines()
    assert heading.split() == ["ID", "ENDS", "IN", "EXPIRES", "LAST", "USED", "DESCRIPTION"]
    assert row.split()[0] == secret_id
    assert row.endswith("never             first")
    assert "Description: first" in run("secrets", "show", client_id, secret_id).out


def test_add_prints_the_secret_once(
    run: Run, first: ClientSecret, dump_of_every_table: Callable[[], str]
) -> None:
    with hashing_outside_transactions() as runs:
        ended = run("secrets", "add", str(first.client_id), "--description", "next", "--json")

    printed = json.loads(ended.out)
    new = ClientSecret.objects.get(description="next")
    assert (printed["secret_id"], len(runs)) == (new.pk, 1)
    assert digest_fits(printed["client_secret"], new.digest)
    assert printed["client_secret"] not in dump_of_every_table()
    assert len(SECRET.findall(run("secrets", "add", str(first.client_id)).out)) == 1


def test_edit_changes_only_what_is_named(run: Run, first: ClientSecret) -> None:
    words = ("secrets", "edit", str(first.client_id), str(first.pk))
    end = first.expires_at

    run(*words, "--description", "renamed")
    first.refresh_from_db()
    assert (first.description, first.expires_at) == ("renamed", end)

    ended = run(*words, "--expires", f"{YEAR}-03-01")
    first.refresh_from_db()
    assert first.expires_at == datetime(YEAR, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert (ended.status, f"{YEAR}-03-01 23:59:59 UTC" in ended.out) == (0, True)
    said = run(*words, "--never-expires").out
    first.refresh_from_db()
    assert (first.description, first.expires_at) == ("renamed", None)
    assert said == f"The secret {first} is changed. Expires: never.\n"


def test_remove_asks_before_the_last_one(run: Run, first: ClientSecret) -> None:
    client_id = str(first.client_id)
    refused = run("secrets", "remove", client_id, str(first.pk))
    run("secrets", "add", client_id)
    removed = run("secrets", "remove", client_id, str(first.pk))

    assert (refused.status, removed.status) == (1, 0)
    assert "--confirm-last" in refused.error
    (second,) = ClientSecret.objects.filter(removed_at=None)
    assert run("secrets", "remove", client_id, str(second.pk), "--confirm-last").status == 0
    assert run("secrets", "remove", client_id, str(second.pk)).status == 1


def test_secret_of_another_client_is_not_found(run: Run, first: ClientSecret) -> None:
    other = make_client("Valve", first.client.tenant).client
    theirs = make_client("Pump", make_tenant("Contoso")).client

    for client, tenant in ((other, first.client.tenant), (theirs, first.client.tenant)):
        for words in (("show",), ("edit", "--description", "x"), ("remove",)):
            name, *options = words
            ended = run(
                *("secrets", name, str(client.pk), str(first.pk), *options),
                *("--tenant", tenant.name),
            )
            assert (ended.status, ended.out) == (1, "")
    first.refresh_from_db()
    assert (first.description, first.removed_at) == ("first", None)


def test_secret_that_a_policy_forbids_is_refused_until_the_client_is_exempt(
    run: Run, first: ClientSecret, tenant: Tenant
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden="on")
    client_id = str(first.client_id)

    for words in (
        ("secrets", "add", client_id),
        ("clients", "rotate", client_id),
        ("clients", "add", "Valve"),
    ):
        ended = run(*words)
        assert ended.status == 1
        assert "Add a public key or a federated identity instead" in ended.error
    assert ClientSecret.objects.count() == 1

    assert run("clients", "edit", client_id, "--may-add-secrets").status == 0
    assert run("secrets", "add", client_id).status == 0


def test_an_end_is_accepted_as_json_prints_it(run: Run, first: ClientSecret) -> None:
    client = first.client
    rows = {
        "secrets": first,
        "public_keys": insert_keys(client, 1)[0],
        "identities": insert_identities(client, 1)[0],
    }
    end = datetime(YEAR, 3, 1, 15, 39, tzinfo=UTC)
    for command, row in rows.items():
        words = (command, "edit", str(client.pk), str(row.pk), "--json")
        printed = json.loads(run(*words, "--expires", f"{YEAR}-03-01 15:39").out)["Expiration"]
        assert printed == f"{YEAR}-03-01T15:39:00Z"
        run(*words, "--never-expires")

        assert json.loads(run(*words, "--expires", printed).out)["Expiration"] == printed
        row.refresh_from_db()
        assert row.expires_at == end
    words = ("clients", "rotate", str(client.pk), "--expires", printed, "--old-ends", printed)
    assert run(*words).status == 0
    first.refresh_from_db()
    assert first.expires_at == end
