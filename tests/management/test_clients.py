"""`manage.py clients add`: what it prints, what it saves, and one sentence for each error."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.services.secrets.digests import digest_fits
from tests.factories import (
    insert_clients,
    make_person,
    make_role,
    make_tenant,
)
from tests.management.conftest import Run

SECRET = re.compile(r"pcs_[0-9A-Za-z]{49}")


def test_add_prints_id_and_secret_once(
    run: Run,
    tenant: Tenant,
    dump_of_every_table: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = run("clients", "add", "Pump")

    client, secret = Client.objects.get(), ClientSecret.objects.get()
    plain = SECRET.findall(ended.out)
    assert (ended.status, ended.error, len(plain)) == (0, "", 1)
    assert ended.out.splitlines() == [
        f"Client Id:      {client.pk}",
        f"Client Secret:  {plain[0]}",
        f"Expires:        {secret.expires_at:%Y-%m-%d %H:%M:%S} UTC",
        "Token endpoint: http://localhost:8000/identity/connect/token",
        "Save the Client Secret now: it cannot be shown again.",
    ]
    assert digest_fits(plain[0], secret.digest)
    assert plain[0] not in dump_of_every_table()
    assert plain[0] not in caplog.text


def test_add_without_options_uses_the_defaults(run: Run, tenant: Tenant) -> None:
    before = datetime.now(UTC)
    run("clients", "add", "Pump")

    client, secret = Client.objects.get(), ClientSecret.objects.get()
    assert (client.client_type, client.token_lifetime_s) == ("client-credentials", 3600)
    assert [role.name for role in client.roles.all()] == ["Tenant Member"]
    assert secret.expires_at is not None
    assert timedelta(days=364) < secret.expires_at - before < timedelta(days=367)
    assert {event.actor_kind for event in AuditEvent.objects.all()} == {"command line", "system"}


def test_add_with_json_prints_one_object(run: Run, tenant: Tenant) -> None:
    ended = run("clients", "add", "Pump", "--json")

    assert ended.out.count("\n") == 1
    printed = json.loads(ended.out)
    assert list(printed) == ["client_id", "client_secret", "token_endpoint", "expires_at"]
    assert printed["client_id"] == str(Client.objects.get().pk)
    assert SECRET.fullmatch(printed["client_secret"])
    assert printed["token_endpoint"] == "http://localhost:8000/identity/connect/token"


def test_all_options_are_saved(run: Run, tenant: Tenant, settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    make_role("MyData.Role", tenant)
    year = datetime.now(UTC).year + 2

    ended = run(
        *("clients", "add", "Pump", "--role", "mydata.ROLE", "--role", "Tenant Viewer"),
        *("--token-lifetime", "60", "--expires", f"{year}-07-01 12:00"),
    )

    assert ended.status == 0
    client = Client.objects.get()
    names = {role.name for role in client.roles.all()}
    assert names == {"MyData.Role", "Tenant Viewer", "Tenant Member"}
    assert client.token_lifetime_s == 60
    assert ClientSecret.objects.get().expires_at == datetime(year, 7, 1, 10, 0, tzinfo=UTC)


def test_add_with_a_date_alone_expires_at_the_end_of_that_day(
    run: Run, tenant: Tenant, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    year = datetime.now(UTC).year + 1
    ended = run("clients", "add", "Pump", "--expires", f"{year}-03-01")

    expires_at = ClientSecret.objects.get().expires_at
    assert expires_at == datetime(year, 3, 1, 22, 59, 59, tzinfo=UTC)
    assert f"Expires:        {year}-03-01 23:59:59 Europe/Berlin\n" in ended.out


def test_add_with_never_expires_has_no_expiry(run: Run, tenant: Tenant) -> None:
    ended = run("clients", "add", "Pump", "--never-expires")

    assert "Expires:        never\n" in ended.out
    assert ClientSecret.objects.get().expires_at is None


def test_add_of_an_administrator_needs_its_option(run: Run, tenant: Tenant) -> None:
    words = ("clients", "add", "Robot", "--role", "Tenant Administrator")
    refused = run(*words)
    wrong = run(*words, "--confirm-administrator", "robot 2")
    assert not Client.objects.exists()

    assert refused.status == wrong.status == 1
    assert (
        refused.error
        == wrong.error
        == (
            "Confirm that Robot becomes a Tenant Administrator, or remove that role. "
            "(--confirm-administrator)\n"
        )
    )
    assert run(*words, "--confirm-administrator", "Robot").status == 0
    assert Client.objects.get().roles.count() == 2


REFUSED = {
    "name taken": (["PUMP"], "There is a client named PUMP already. Enter another name."),
    "no name": ([" "], "Enter a name of 1 to 200 characters."),
    "unknown role": (
        ["a", "--role", "Nothing"],
        "There is no role named Nothing. Run `manage.py roles add NAME` first.",
    ),
    "lifetime": (
        ["a", "--token-lifetime", "59"],
        "Enter a whole number from 60 to 3600. The shortest Token Lifetime is 60 seconds "
        "(one minute).",
    ),
    "past": (
        ["a", "--expires", "2020-01-01"],
        "Enter a date and time in the future, or select Never Expires.",
    ),
    "no day": (["a", "--expires", "2027-02-30"], "Enter another day: there is no 2027-02-30."),
    "no date": (["a", "--expires", "soon"], "Enter a date and time as YYYY-MM-DD hh:mm"),
    "far": (["a", "--expires", "2199-01-01"], "Enter a date and time at most 10 years ahead"),
    "unknown tenant": (
        ["a", "--tenant", "Nowhere"],
        "There is no tenant, or more than one, named Nowhere.",
    ),
    "bytes for a name": (["a\udcff"], "Enter the text without characters that control"),
    "bytes for a tenant": (["a", "--tenant", "\udcff"], "Enter the command in UTF-8."),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.values(), ids=REFUSED)
def test_an_error_is_one_sentence(
    run: Run, tenant: Tenant, words: list[str], sentence: str
) -> None:
    insert_clients(["Pump"], tenant)

    ended = run("clients", "add", *words)

    assert (ended.status, ended.out) == (1, "")
    assert ended.error.startswith(sentence)
    assert ended.error.count("\n") == 1
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["add"],
        ["remove", "Pump"],
        ["add", "Pump", "--secret", "abc"],
        ["add", "Pump", "--never-expires", "--expires", "2030-01-01"],
    ],
)
def test_an_unknown_command_prints_the_usage(run: Run, tenant: Tenant, words: list[str]) -> None:
    ended = run("clients", *words)

    assert ended.status == 2
    assert "usage: manage.py clients" in ended.error
    assert not Client.objects.exists()


def test_add_without_a_tenant_is_refused(run: Run) -> None:
    ended = run("clients", "add", "Pump")

    assert ended == (1, "", "There is no tenant yet. Run `manage.py tenants add NAME`.\n")


def test_with_two_tenants_the_option_is_required(run: Run, tenant: Tenant) -> None:
    other = make_tenant("Contoso")

    ended = run("clients", "add", "Pump")
    assert ended == (1, "", "There is more than one tenant. Choose one with --tenant NAME.\n")
    assert not Client.objects.exists()
    assert run("clients", "add", "Pump", "--tenant", "Contoso").status == 0
    assert Client.objects.get().tenant == other


def test_command_works_in_a_new_process(
    run_in_new_process: Run, dump_of_every_table: Callable[[], str]
) -> None:
    assert run_in_new_process("tenants", "add", "Herons Ltd").status == 0
    assert run_in_new_process("roles", "add", "MyData.Role").status == 0

    ended = run_in_new_process("clients", "add", "Pump", "--role", "MyData.Role", "--json")

    assert (ended.status, ended.error) == (0, "")
    printed = json.loads(ended.out)
    assert Client.objects.get().roles.count() == 2
    assert printed["client_secret"] not in dump_of_every_table()
    again = run_in_new_process("clients", "add", "Pump")
    assert again == (1, "", "There is a client named Pump already. Enter another name.\n")
    verified = run_in_new_process("activity", "verify")
    assert (verified.status, verified.out) == (0, "Herons Ltd: whole\n")


def test_add_can_allow_introspection(run: Run, tenant: Tenant) -> None:
    run("clients", "add", "Pump")
    run("clients", "add", "Billing API", "--may-introspect")

    assert dict(Client.objects.values_list("name", "may_introspect")) == {
        "Pump": False,
        "Billing API": True,
    }


def test_owners_are_required_by_a_policy(run: Run, tenant: Tenant) -> None:
    mara = make_person("mara", tenant)
    Tenant.objects.filter(pk=tenant.pk).update(owner_required=True, secret_days_max=45)

    nobody = run("clients", "add", "Pumps")
    unknown = run("clients", "add", "Pumps", "--owner", "zofia")
    owned = run("clients", "add", "Pumps", "--owner", "MARA")

    assert nobody == (1, "", "A policy of this tenant requires an owner. Name one.\n")
    assert unknown == (1, "", "There is no person with the username zofia.\n")
    assert owned.status == 0
    client = Client.objects.get()
    assert list(client.owners.all()) == [mara]
    life = client.secrets.get().expires_at - client.secrets.get().created_at
    assert life == timedelta(days=45)


def test_a_wrong_description_names_its_option(run: Run, tenant: Tenant) -> None:
    client, secret = ("--description", "d" * 501), ("--secret-description", "s" * 202)

    for words, said in (
        (client, "This text has 501: 1 too many. (--description)\n"),
        (secret, "This text has 202: 2 too many. (--secret-description)\n"),
    ):
        ended = run("clients", "add", "Pump", *words)
        assert (ended.status, ended.out) == (1, "")
        assert ended.error.endswith(said)
    assert run("clients", "add", "Pump", *client, *secret).error.endswith("description)\n")
    assert not Client.objects.exists()


def test_descriptions_of_client_and_secret_are_saved(run: Run, tenant: Tenant) -> None:
    words = ("--description", "Reads", "--contact", "Ann", "--secret-description", "first")
    assert run("clients", "add", "Pump", *words).status == 0

    client = Client.objects.get()
    assert (client.description, client.contact) == ("Reads", "Ann")
    assert client.secrets.get().description == "first"
