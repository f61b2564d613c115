"""The policy New secrets by the REST API: each way to a secret, by a colleague and by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import make_client
from tests.oauth.assertions import key_of

FORBIDDEN = (
    "A policy of this tenant forbids new secrets, also by a rotation. Add a public key or a "
    "federated identity instead, or ask a Tenant Administrator to exempt this client."
)
JWK = key_of("EC").as_dict(private=False)
Way = Callable[[Caller, Client, bool], Any]


def _clients(rest: str = "") -> str:
    return f"ClientCredentialClients{rest}"


def _first(caller: Caller, client: Client, is_exempt: bool) -> Any:
    return caller.post(_clients(), {"Name": "New", "MayAddSecrets": is_exempt})


def _hybrid(caller: Caller, client: Client, is_exempt: bool) -> Any:
    body = {"Name": "New", "MayAddSecrets": is_exempt, "RedirectUris": ["https://a.example/"]}
    return caller.post("HybridClients", body)


def _add(caller: Caller, client: Client, is_exempt: bool) -> Any:
    body = {"Expiration": _tomorrow(client)}
    return caller.post(_clients(f"/{client.pk}/Secrets"), body)


def _rotate(caller: Caller, client: Client, is_exempt: bool) -> Any:
    secret = client.secrets.order_by("pk")[0]
    return caller.post(_clients(f"/{client.pk}/Secrets/{secret.pk}/Rotate"), {})


def _tomorrow(client: Client) -> str:
    return (client.created_at + timedelta(days=1)).isoformat()


#: by Robot, an administrator, or by the client itself
WAYS: dict[str, tuple[str, Way]] = {
    "Add Client": ("robot", _first),
    "Add a web application": ("robot", _hybrid),
    "Add Secret": ("robot", _add),
    "Rotate": ("robot", _rotate),
    "own Add Secret": ("itself", _add),
    "own Rotate": ("itself", _rotate),
}


@pytest.fixture
def pump(calling: Callable[..., Caller]) -> Caller:
    return calling("Pump", may_rotate_own_secrets=True)


def set_policy(tenant: Tenant, value: str) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden=value)


def counts() -> tuple[int, int, int]:
    done = AuditEvent.objects.filter(outcome="done")
    return ClientSecret.objects.count(), Client.objects.count(), done.count()


def dry_runs() -> int:
    return AuditEvent.objects.filter(action="client.secret.dry-run").count()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_exempt", [False, True])
def test_new_secret_by_each_way_follows_the_policy(
    robot: Caller, pump: Caller, way: str, is_exempt: bool
) -> None:
    by, ask = WAYS[way]
    caller, client = (robot if by == "robot" else pump), pump.client
    assert client is not None
    Client.objects.filter(pk=client.pk).update(may_add_secrets=is_exempt)

    for policy in ("on", "dry-run", "off"):
        set_policy(robot.tenant, policy)
        before, warned = counts(), dry_runs()
        reply = ask(caller, client, is_exempt)
        if policy == "on" and not is_exempt:
            refused(reply, 400, FORBIDDEN)
            assert counts() == before
            old = client.secrets.get()
            assert (old.version, old.removed_at) == (1, None)  # it ends at its own time
        else:
            assert reply.status_code == 201, reply.content
            assert counts()[0] == before[0] + 1
        assert dry_runs() - warned == (policy == "dry-run" and not is_exempt)
        # the name is free again
        Client.objects.filter(name="New").update(name=policy, name_key=policy)


def test_client_that_comes_with_a_key_or_an_identity_is_no_matter_of_the_policy(
    robot: Caller,
) -> None:
    platform = {"Platform": "other", "Issuer": "https://ci.example", "Subject": "a"}
    for policy in ("dry-run", "on"):
        set_policy(robot.tenant, policy)
        for name, first in {
            "a": {"PublicKey": {"Key": JWK}},
            "b": {"FederatedIdentity": platform},
        }.items():
            body = {"Name": f"{name} {policy}", **first}
            assert robot.post(_clients(), body).status_code == 201
        rooms = {"Name": f"App {policy}", "RedirectUris": ["https://a.example/"]}
        assert robot.post("AuthorizationCodeClients", rooms).status_code == 201
    assert dry_runs() == 0


def test_exemption_is_given_by_administrators_alone_and_holds_at_once(
    robot: Caller, rotator: Caller, pump: Caller, tenant: Tenant, now: datetime
) -> None:
    valve = make_client("Valve", tenant, now=now).client
    set_policy(tenant, "on")
    body = {"MayAddSecrets": True}
    for caller, address in ((rotator, valve.pk), (pump, pump.client.pk), (pump, valve.pk)):
        assert caller.put(_clients(f"/{address}"), body).status_code == 403

    assert robot.put(_clients(f"/{valve.pk}"), body).status_code == 200
    assert _add(rotator, valve, True).status_code == 201
    assert robot.put(_clients(f"/{valve.pk}"), {"MayAddSecrets": False}).status_code == 200
    refused(_add(rotator, valve, False), 400, FORBIDDEN)


def test_own_key_is_the_way_out_under_the_policy(pump: Caller, now: datetime) -> None:
    """A machine that may get no other secret moves to a key before the one that it has ends."""
    set_policy(pump.tenant, "on")
    ends = (now + timedelta(days=50)).isoformat()
    keys = _clients(f"/{pump.client.pk}/PublicKeys")
    assert pump.post(keys, {"Key": JWK, "Expiration": ends}).status_code == 201
