"""What a client does not ask for, and what taking it away would refuse. RES-8."""

from datetime import UTC, datetime
from typing import Any

import pytest

from clients_app.rules.targets import Target, built_in_target, combined, custom_target
from clients_app.rules.unused import Effect, Request, effect, used

AT = datetime(2026, 11, 23, tzinfo=UTC)
BUILT_IN = built_in_target("1", "https://portal.example", ("api", "ocsapi"))
ORDERS = custom_target("2", "urn:orders", ("read", "write"))
STOCK = custom_target("3", "urn:stock", ("count", "read"))
READ_ONLY = custom_target("2", "urn:orders", ("read",))


def asked(target: Target, scope: str = "", *, named: bool = False) -> Request:
    return Request(target.api_id, target.identifier, scope, named, 1, AT)


def reach(
    *others: Target, built_in: Target | None = BUILT_IN, default: Target | None = None
) -> Any:
    return combined([(one, one is default) for one in others], built_in)


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([], {}),
        ([asked(ORDERS)], {"2": ("read", "write")}),
        ([asked(ORDERS, "write")], {"2": ("write",)}),
        ([asked(ORDERS, "read"), asked(ORDERS, "read write")], {"2": ("read", "write")}),
        ([asked(ORDERS, "read"), asked(ORDERS)], {"2": ("read", "write")}),
        ([asked(ORDERS, "gone")], {"2": ()}),
        ([asked(BUILT_IN, "api"), asked(STOCK, "read")], {"1": ("api",), "3": ("read",)}),
        ([asked(custom_target("9", "urn:gone", ()))], {}),
    ],
)
def test_used_is_what_was_asked_for(requests: list[Request], expected: dict[str, Any]):
    assert used(reach(ORDERS, STOCK), requests) == expected


def test_taking_away_what_is_unused_refuses_nothing():
    requests = [asked(ORDERS, "read"), asked(ORDERS, "read", named=True), asked(BUILT_IN)]

    assert effect(reach(ORDERS), reach(READ_ONLY), requests) == Effect([], [])


def test_request_for_what_is_taken_away_would_have_been_refused():
    write, named = asked(ORDERS, "write"), asked(STOCK, named=True)

    assert effect(reach(ORDERS, STOCK), reach(READ_ONLY), [write, named]).refused == [write, named]


def test_request_without_a_scope_gets_fewer():
    every = asked(ORDERS, named=True)

    assert effect(reach(ORDERS), reach(READ_ONLY), [every]) == Effect([], [every])


def test_request_that_gets_a_token_for_another_api_counts_as_refused():
    every = asked(ORDERS)
    before = reach(ORDERS, default=ORDERS)

    assert effect(before, reach(ORDERS), [every]) == Effect([every], [])


def test_api_with_the_same_scope_refuses_requests_that_name_no_api():
    bare, named = asked(ORDERS, "read"), asked(ORDERS, "read", named=True)

    assert effect(reach(ORDERS), reach(ORDERS, STOCK), [bare, named]).refused == [bare]


def test_request_that_is_refused_already_is_not_blamed_on_the_change():
    assert effect(reach(), reach(built_in=None), [asked(ORDERS)]) == Effect([], [])
