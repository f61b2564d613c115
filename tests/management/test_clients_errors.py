"""`manage.py clients`: one sentence for each error."""

from datetime import timedelta

import pytest

from clients_app.models import Client, Tenant
from tests.factories import insert_clients, make_person, make_tenant
from tests.management.conftest import Run

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere


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
        "There is no tenant with the name or id Nowhere.",
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


def test_with_two_tenants_the_option_is_required(run: Run, tenant: Tenant) -> None:
    other = make_tenant("Contoso")

    ended = run("clients", "add", "Pump")
    assert ended == (1, "", "There is more than one tenant. Choose one with --tenant NAME.\n")
    assert not Client.objects.exists()
    assert run("clients", "add", "Pump", "--tenant", "Contoso").status == 0
    assert Client.objects.get().tenant == other


@pytest.mark.both_databases
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
