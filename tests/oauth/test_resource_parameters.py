"""What bad input gets that names an API: nothing is issued, and the refusal is counted."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from clients_app.models import Tenant, TokenRefusal, TokenUsage
from clients_app.services.usage import counts
from tests.factories import let_call, make_api, make_tenant
from tests.oauth.request_cases import GRANT
from tests.oauth.resource_cases import CASES, FOREIGN, GOOD, ORDERS, STOCK, UNUSED, BadInput
from tests.oauth.test_token_requests import HEADERS, assert_error
from tests.oauth.wsgi import Reply, basic, form

pytestmark = pytest.mark.one_database  # rules decide; `test_apis.py` reads the rows on both

Ask = Callable[..., Reply]


@pytest.fixture
def pump(clients: SimpleNamespace, tenant: Tenant) -> SimpleNamespace:
    orders = make_api("Orders", tenant, "read", "write", identifier=ORDERS)
    stock = make_api("Stock", tenant, "count", "read", identifier=STOCK)
    make_api("Unused", tenant, "unused", identifier=UNUSED)
    make_api("Foreign", make_tenant("Contoso"), "foreign", identifier=FOREIGN)
    let_call(clients.good.row, orders, stock)
    return clients.good


def ask_for(ask: Ask, who: SimpleNamespace, case: BadInput) -> Reply:
    return ask(authorization=basic(who.id, who.plain), body=form(GRANT, *case.params))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_bad_input_gets_the_error_that_its_source_names(
    ask: Ask, pump: SimpleNamespace, case: BadInput
):
    counts.flush()
    TokenRefusal.objects.all().delete()

    reply = ask_for(ask, pump, case)
    counts.flush()

    assert (reply.status, reply.headers) == (400, HEADERS), case.source
    assert_error(reply, case.error)
    refusal = TokenRefusal.objects.get(client=pump.id)
    assert (refusal.cause, refusal.requests) == (case.error.replace("_", "-"), 1)
    assert not TokenUsage.objects.filter(client=pump.id, tokens__gt=0).exists()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in GOOD])
def test_empty_parameters_are_as_if_omitted(ask: Ask, pump: SimpleNamespace, case: BadInput):
    reply = ask_for(ask, pump, case)

    assert (reply.status, reply.json()["scope"]) == (200, "api"), case.source


@pytest.mark.parametrize("name", ["resource", "audience"])
def test_api_named_in_the_query_is_refused(ask: Ask, pump: SimpleNamespace, name: str):
    """It would be overlooked there, and the token be for another API (RFC 6749 section 3.2)."""
    header = basic(pump.id, pump.plain)

    reply = ask(authorization=header, body=form(GRANT), query=f"{name}=urn%3Aexample%3Astock")

    assert_error(reply, "invalid_request")
