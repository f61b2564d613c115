"""What a client was granted is remembered with its cached row, also where each assertion is new."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.oauth.grants import client_credentials
from clients_app.oauth.grants.grant_types import GRANT_TYPES
from tests.oauth.assertions import asking, assertion, key_of, register
from tests.oauth.client_authentication.answers import claims_in
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import Reply, form

Ask = Callable[..., Reply]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A list with the parameters of each grant that was not remembered."""
    noted: list[Any] = []

    def counted(client: Any, params: Any, **more: Any) -> Any:
        noted.append(params)
        return client_credentials.grant(client, params, **more)

    monkeypatch.setitem(GRANT_TYPES, client_credentials.GRANT_TYPE, counted)
    return noted


def by_assertion(good: SimpleNamespace, **more: str) -> bytes:
    return asking(assertion(good.id, key_of("EC")), **more)


def by_secret(good: SimpleNamespace, **more: str) -> bytes:
    return form(GRANT, client_id=good.id, client_secret=good.plain, **more)


@pytest.mark.parametrize("proof", [by_assertion, by_secret])
def test_grant_is_made_once_for_the_same_parameters(
    clients: SimpleNamespace, ask: Ask, made: list[Any], proof: Callable[..., bytes]
) -> None:
    register(clients.good.row, key_of("EC"))
    for scope in ("api", "ocsapi"):
        tokens = [claims_in(ask(body=proof(clients.good, scope=scope))) for _ in range(3)]
        assert {claims["scope"] for claims in tokens} == {scope}
        assert len({claims["jti"] for claims in tokens}) == 3
    assert [params["scope"] for params in made] == ["api", "ocsapi"]


def test_parameters_that_few_send_are_not_kept(
    clients: SimpleNamespace, ask: Ask, made: list[Any]
) -> None:
    """One of them may be a secret."""
    for _ in range(2):
        assert ask(body=by_secret(clients.good, password="x")).status == 200
    assert len(made) == 2
