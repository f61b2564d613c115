"""The policy New secrets on the command line, and in files for `plan` and `apply`."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from tests.management.conftest import CommandResult, Run
from tests.oauth.assertions import key_of

FORBIDDEN = "A policy of this tenant forbids new secrets, also by a rotation. Add a public key or"
Declared = Callable[..., CommandResult]
EXEMPT = "--may-add-secrets"
WAYS: dict[str, Callable[[Client, bool], tuple[str, ...]]] = {
    "clients add": lambda client, is_exempt: ("add", "New", *([EXEMPT] if is_exempt else [])),
    "clients rotate": lambda client, _: (
        *("rotate", str(client.pk), "--secret", str(client.secrets.latest("pk").pk)),
    ),
    "secrets add": lambda client, _: ("add", str(client.pk)),
}


def set_policy(tenant: Tenant, value: str) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden=value)


def dry_runs() -> int:
    return AuditEvent.objects.filter(action="client.secret.dry-run").count()


def counts() -> tuple[int, int, int]:
    return ClientSecret.objects.count(), Client.objects.count(), AuditEvent.objects.count()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_exempt", [False, True])
def test_new_secret_by_each_command_follows_the_policy(
    run: Run, tenant: Tenant, pump: Client, way: str, is_exempt: bool
) -> None:
    Client.objects.filter(pk=pump.pk).update(may_add_secrets=is_exempt)

    for policy, option in product(("on", "dry-run", "off"), ("--dry-run", "--json")):
        set_policy(tenant, policy)
        before, warned = counts(), dry_runs()
        ended = run(way.split()[0], *WAYS[way](pump, is_exempt), option)
        is_refused = policy == "on" and not is_exempt
        warns = policy == "dry-run" and not is_exempt
        assert (ended.status, FORBIDDEN in ended.error) == (int(is_refused), is_refused), ended
        if is_refused or option == "--dry-run":
            assert counts() == before  # a dry run of the command changes nothing
            assert ("would have refused" in ended.out) is warns
        else:
            assert ClientSecret.objects.count() == before[0] + 1
            assert dry_runs() - warned == warns
        Client.objects.filter(name="New").update(
            name=policy, name_key=policy
        )  # the name is free again


def file_of(name: str, *lines: str) -> str:
    return "\n".join(["clients:", f"- name: {name}", *(f"  {line}" for line in lines)])


@pytest.mark.parametrize("is_exempt", [False, True])
def test_new_client_of_a_file_follows_the_policy(
    declared: Declared, tenant: Tenant, is_exempt: bool
) -> None:
    for policy in ("on", "dry-run", "off"):
        set_policy(tenant, policy)
        text = file_of(f"New {policy}", f"may_add_secrets: {str(is_exempt).lower()}")
        before, is_refused = counts(), policy == "on" and not is_exempt
        warned, warns = dry_runs(), policy == "dry-run" and not is_exempt

        plan = declared("plan", text)
        assert counts() == before
        applied = declared("apply", text)

        assert (plan.status, applied.status) == ((1, 1) if is_refused else (2, 0))
        assert ("would have refused" in plan.out) is warns
        for ended in (plan, applied):
            assert (f"clients 1 (New {policy}): {FORBIDDEN}" in ended.error) is is_refused
        if is_refused:
            assert counts() == before
        else:
            assert counts()[0] == before[0] + 1
            assert dry_runs() - warned == warns


def test_file_under_the_policy_is_applied_as_a_whole_or_not(
    declared: Declared, tenant: Tenant, pump: Client, public_key: str
) -> None:
    set_policy(tenant, "on")
    jwk = json.dumps(key_of("EC").as_dict(private=False))
    keyed = file_of("Keyed", "public_keys:", f"- key: {jwk}")
    before = counts()

    refused = declared("apply", f"{keyed}\n- name: New\n- name: Pump\n  description: x")

    assert (refused.status, counts()) == (1, before)
    assert declared("apply", f"{keyed}\n- name: Pump\n  description: x").status == 0
    pump.refresh_from_db()
    assert (pump.description, Client.objects.count(), ClientSecret.objects.count()) == ("x", 2, 1)


def test_command_names_the_way_out_and_takes_it(
    run: Run, tenant: Tenant, pump: Client, public_key: str
) -> None:
    set_policy(tenant, "on")
    added = run("clients", "add", "Keyed", "--key", public_key)
    assert (added.status, ClientSecret.objects.count()) == (0, 1)
    assert run("public_keys", "add", str(pump.pk), "--key", public_key).status == 0
    removed: Any = run("secrets", "remove", str(pump.pk), str(pump.secrets.get().pk))
    assert removed.status == 1  # it asks for --confirm-last
