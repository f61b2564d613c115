"""SEC-4, SEC-6 and SEC-7: how much work a response takes, so that its time reveals nothing.

`make bench` with PARTS=refusals measures the times themselves.
"""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, ClientSecret
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests
from clients_app.services.secrets.digests import stored_form
from tests.oauth import wsgi
from tests.oauth.conftest import CREATED
from tests.oauth.credential_cases import UNKNOWN_ID
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import basic, form

ARGON2, TAG = "digest_fits", "tag_of"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often Argon2id ran and a MAC was computed; both run for real."""
    done: Counter[str] = Counter()

    def count(name: str) -> None:
        real = getattr(digests, name)

        def counted(*args: Any, **more: Any) -> Any:
            done[name] += 1
            return real(*args, **more)

        monkeypatch.setattr(digests, name, counted)

    count(ARGON2)
    count(TAG)
    return done


def ask(client_id: str, plain: str) -> int:
    """Return the status of a request through the short entrance."""
    variables = wsgi.environ(authorization=basic(client_id, plain), body=form(GRANT))
    return wsgi.through_the_short_entrance(variables).status


def add_secrets(client: Client, count: int) -> list[str]:
    """Give the client more live secrets."""
    plains = [new_secret() for _ in range(count)]
    for plain in plains:
        stored = stored_form(plain, client_id=client.pk)
        ClientSecret.objects.create(
            client=client, created_at=CREATED, created_by="test", **stored._asdict()
        )
    return plains


@pytest.mark.parametrize("live_secrets", [1, 10])
def test_rejections_take_the_same_work_for_every_reason(
    clients: SimpleNamespace, work: Counter[str], live_secrets: int
) -> None:
    """SEC-7: unknown, wrong, expired, removed, disabled; none of them runs Argon2id, and they
    differ at most by one MAC, which takes two microseconds."""
    add_secrets(clients.good.row, live_secrets - 1)
    refused = {
        "unknown": (UNKNOWN_ID, new_secret()),
        "wrong": (clients.good.id, new_secret()),
        **{
            kind: (getattr(clients, kind).id, getattr(clients, kind).plain)
            for kind in ("expired", "retired", "disabled", "removed")
        },
    }
    ask(*refused["unknown"])  # done once a minute or once per process
    statements: dict[str, list[str]] = {}
    for kind, pair in refused.items():
        work.clear()
        with CaptureQueriesContext(connection) as captured:
            assert ask(*pair) == 401
        statements[kind] = [query["sql"].split(maxsplit=1)[0] for query in captured]
        assert work[ARGON2] == 0, kind
        assert work[TAG] <= 1, kind

    assert len({tuple(one) for one in statements.values()}) == 1, statements


def test_hundred_valid_requests_never_run_argon2(
    clients: SimpleNamespace, work: Counter[str]
) -> None:
    """SEC-4."""
    statuses = [ask(clients.good.id, clients.good.plain) for _ in range(100)]

    assert statuses == [200] * 100
    assert work == {TAG: 100}


@pytest.mark.parametrize("place", [0, 9])
def test_each_of_ten_secrets_takes_the_same_work(
    clients: SimpleNamespace, work: Counter[str], place: int
) -> None:
    """SEC-6: first or last."""
    plain = [clients.good.plain, *add_secrets(clients.good.row, 9)][place]
    work.clear()

    assert ask(clients.good.id, plain) == 200
    assert work == {TAG: 1}
