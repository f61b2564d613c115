"""What revokes a token before it expires, and what does not, as introspection reports it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db.models import F

from clients_app.models import Client, ClientRole, ClientSecret, SigningKey, Tenant
from clients_app.rules.built_in_roles import TENANT_VIEWER
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import remove_client, restore_client
from clients_app.services.secrets.changes import remove_secret
from clients_app.services.tokens.revocation import end_tokens
from tests.actors import command_line_in
from tests.factories import make_client, role_id
from tests.oauth.introspection import introspect, token_of

Change = Callable[[SimpleNamespace], Any]


def operation(do: Callable[..., Any], *args: Any, **more: Any) -> Change:
    """An operation of the command line on the client, done now."""

    def change(who: SimpleNamespace) -> None:
        actor = command_line_in(who.row.tenant)
        do(who.row, *args, actor=actor, now=datetime.now(UTC), **more)

    return change


def let_the_secret_expire(who: SimpleNamespace) -> None:
    ClientSecret.objects.filter(pk=who.secret.pk).update(
        expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )


def removed_secret(who: SimpleNamespace) -> None:
    operation(remove_secret, who.secret.pk)(who)


def removed_and_restored(who: SimpleNamespace) -> None:
    """Its secrets are not restored, so its tokens stay revoked."""
    operation(remove_client)(who)
    actor = command_line_in(who.row.tenant)
    restored = restore_client(UUID(who.id), actor=actor, now=datetime.now(UTC))
    set_enabled(restored, enabled=True, actor=actor, now=datetime.now(UTC))


ENDS: dict[str, Change] = {
    "client disabled": operation(set_enabled, enabled=False),
    "client removed": operation(remove_client),
    "client removed and restored": removed_and_restored,
    "secret removed": removed_secret,
    "all tokens ended": operation(end_tokens),
    "key withdrawn": lambda who: SigningKey.objects.update(state=SigningKey.State.REMOVED),
    "key not used yet": lambda who: SigningKey.objects.update(
        state=SigningKey.State.NEXT, signs_from=F("created_at")
    ),
}


KEEPS: dict[str, Change] = {
    "secret expired": let_the_secret_expire,
    "key retired": lambda who: SigningKey.objects.update(state=SigningKey.State.RETIRED),
    "disabled and enabled": lambda who: [
        operation(set_enabled, enabled=on)(who) for on in (False, True)
    ],
    "lifetime changed": lambda who: Client.objects.update(token_lifetime_s=60),
}


@pytest.mark.parametrize("change", ENDS)
def test_change_that_revokes_a_token_makes_it_inactive(
    api: SimpleNamespace, good: SimpleNamespace, change: str
):
    """INT-1, and KEY-5 for keys: from the next introspection on."""
    token = token_of(good)
    assert introspect(api, token)["active"] is True

    ENDS[change](good)

    assert introspect(api, token) == {"active": False}


@pytest.mark.parametrize("change", KEEPS)
def test_change_that_does_not_revoke_a_token_leaves_it_active(
    api: SimpleNamespace, good: SimpleNamespace, change: str
):
    token = token_of(good)
    before = introspect(api, token)

    KEEPS[change](good)

    assert introspect(api, token) == before


def test_removed_secret_revokes_only_its_own_tokens(
    api: SimpleNamespace, tenant: Tenant, good: SimpleNamespace, now: datetime
):
    made = make_client("Two secrets", tenant, now=now)
    first = SimpleNamespace(id=str(made.client.pk), plain=made.plain)
    by_first, of_other = token_of(first), token_of(good)

    actor = command_line_in(tenant)
    assert made.secret is not None
    remove_secret(made.client, made.secret.pk, actor=actor, now=now)

    assert introspect(api, by_first) == {"active": False}
    assert introspect(api, of_other)["active"] is True


def test_introspection_returns_the_current_roles(
    api: SimpleNamespace, good: SimpleNamespace, tenant: Tenant
):
    """Roles removed and added after the token was issued, in alphabetical order."""
    token = token_of(good)
    viewer = role_id(tenant, TENANT_VIEWER)
    ClientRole.objects.filter(client=good.row, role__name="MyData.Role").delete()
    ClientRole.objects.create(client=good.row, role_id=viewer)

    answer = introspect(api, token)

    assert answer["roles"] == ["Tenant Member", "Tenant Viewer"]
    assert answer["role_ids"][1] == str(viewer)


@pytest.mark.parametrize("later_us", [1, 300_000])
def test_end_tokens_keeps_tokens_issued_later_in_the_same_second(
    api: SimpleNamespace, good: SimpleNamespace, later_us: int
):
    """``iat`` is the same for both; token ids contain the microsecond."""
    moment = datetime.now(UTC).replace(microsecond=500_000)
    step = timedelta(microseconds=later_us)
    actor = command_line_in(good.row.tenant)
    tokens = []
    for at in (moment - step, moment, moment + step):
        with time_machine.travel(at, tick=False):
            tokens.append(token_of(good))
    end_tokens(good.row, actor=actor, now=moment)
    *ended, after = tokens

    with time_machine.travel(moment + step, tick=False):
        assert [introspect(api, one) for one in ended] == [{"active": False}] * 2
        assert introspect(api, after)["active"] is True
        assert introspect(api, after)["iat"] == int(moment.timestamp())


def test_token_expires_to_the_second(api: SimpleNamespace, good: SimpleNamespace):
    """JWT-6: active in the last second, inactive in the next."""
    token = token_of(good)
    end = datetime.fromtimestamp(introspect(api, token)["exp"], UTC)

    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert introspect(api, token)["active"] is True
    with time_machine.travel(end, tick=False):
        assert introspect(api, token) == {"active": False}
