"""Each address x role x method x tenant. A route without a row fails
(ROL-8 and TEN-1).

A new address needs one line in ROWS of `matrix_rows.py`: who may open it, and what GET and POST
(without a body) answer to them. Everything else follows from that line: others of the tenant get
403, other tenants 404, the signed-out a way to sign in, other methods 405; with a slash at its end
the address answers the same.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLResolver, get_resolver

from clients_app.models import ClientOwner, Tenant
from clients_app.services.clients.removal import remove_client
from tests.actors import command_line_in
from tests.conftest import Machine, browser_of
from tests.factories import make_person
from tests.matrix_rows import (
    ABOUT_A_ROW,
    GUARDED,
    NO_TWIN,
    ONLY_SIGNED_IN,
    ONLY_SIGNED_OUT,
    OPEN,
    OWNER,
    ROLES,
    ROWS,
)
from tests.reach import Reach, reach_of

pytestmark = pytest.mark.one_database

#: doors by the first word of their addresses, and where each one's routes are tested
ELSEWHERE: Final = {
    "admin": "tests/admin/test_matrix.py",
    "api": "tests/api/test_matrix.py",
    "static": "tests/server/test_static_files.py",
    **dict.fromkeys(("livez", "readyz", "metrics"), "tests/ops/test_health_and_metrics.py"),
}
FRAGMENT: Final = {"HX-Request": "true", "HX-Target": "window"}


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Yield every route below as ROWS spells it, with and without a trailing slash."""
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, text)
        elif text.startswith("^"):
            route = text if text.startswith("^api") else "choose-password/<link>"
            yield from (route.removeprefix("^"), f"{route.removeprefix('^')}/")
        else:
            for converter in ("guid:", "slug:", "int:", "uuid:", "str:", "path:"):
                text = text.replace(f"<{converter}", "<")
            yield text


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The routes of the project, except those of doors with their own matrix."""
    found = set(routes(get_resolver().url_patterns))
    return {route for route in found if route.split("/")[0] not in ELSEWHERE}


@pytest.fixture
def reach(machine: Machine, now: datetime) -> Reach:
    return reach_of(machine, now)


@pytest.fixture
def people(tenant: Tenant, machine: Machine) -> dict[str, Browser]:
    """One person for each built-in role, and an Owner without any."""
    owner = make_person("owner", tenant)
    ClientOwner.objects.create(client=machine.client, person=owner)
    persons = {name: make_person(name, tenant, type_id) for type_id, name in ROLES.items()}
    return {name: browser_of(person) for name, person in (persons | {OWNER: owner}).items()}


def status(browser: Browser, method: str, address: str) -> int:
    """Return the status of a request; roll back what it did."""
    before = transaction.savepoint()
    reply = browser.generic(method, address, headers=FRAGMENT)
    transaction.savepoint_rollback(before)
    return reply.status_code


def test_route_has_a_row_and_works_with_a_slash(known: set[str]) -> None:
    plain = {route.removesuffix("/") for route in known}

    for route in sorted(plain - set(ROWS)):
        pytest.fail(
            f"The address /{route} has no row. Add one to ROWS in tests/matrix_rows.py: which "
            "roles may open it, and what GET and POST without a body answer to them; or Open, "
            f"if everybody may. Doors with their own matrix are in ELSEWHERE ({ELSEWHERE})."
        )
    assert set(ROWS) <= plain, "No address has these rows."
    assert {route for route in ROWS if f"{route}/" not in known} == NO_TWIN


def test_route_for_each_role_answers_as_its_row_says(
    people: dict[str, Browser], reach: Reach
) -> None:
    wrong = [
        f"{method} /{route} as {name}: {answer}, not {expected}"
        for route, row in GUARDED.items()
        for name, browser in people.items()
        for method, allowed in (("GET", row.get), ("POST", row.post))
        for expected in [allowed if name in row.may or allowed == 405 else 403]
        if (answer := status(browser, method, reach(route))) != expected
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.both_databases
def test_route_of_another_tenant_is_not_found(stranger_browser: Browser, reach: Reach) -> None:
    wrong = [
        f"{method} /{route}: {answer}, not {expected}"
        for route, row in GUARDED.items()
        for method, own in (("GET", row.get), ("POST", row.post))
        for expected in [404 if route in ABOUT_A_ROW and own != 405 else own]
        if (answer := status(stranger_browser, method, reach(route))) != expected
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.both_databases
def test_route_about_a_removed_row_is_not_found(
    administrator_browser: Browser, machine: Machine, reach: Reach, now: datetime
) -> None:
    addresses = {route: reach(route) for route in ABOUT_A_ROW if "client_id" in route}
    remove_client(machine.client, actor=command_line_in(machine.client.tenant), now=now)

    for route, address in addresses.items():
        for method in ("GET", "HEAD", "POST"):
            expected = 405 if method == "POST" and GUARDED[route].post == 405 else 404
            assert status(administrator_browser, method, address) == expected, (method, route)


def test_route_signed_out_redirects_to_sign_in(client: Browser, reach: Reach) -> None:
    for route, row in GUARDED.items():
        if row.get != 405:
            reply = client.get(reach(route))
            assert (reply.status_code, reply["Location"][:9]) == (303, "/sign-in?"), route
        assert status(client, "POST", reach(route)) == (405 if row.post == 405 else 403), route


def test_open_route_answers_everyone_the_same(
    client: Browser, administrator_browser: Browser, stranger_browser: Browser, reach: Reach
) -> None:
    for route, row in OPEN.items():
        for browser in (client, administrator_browser, stranger_browser):
            if route in (ONLY_SIGNED_IN if browser is client else ONLY_SIGNED_OUT):
                continue  # redirects to another page
            answers = [status(browser, method, reach(route)) for method in ("GET", "POST")]
            assert answers == list(row), route


def test_route_other_methods_are_refused_and_head_works(
    client: Browser, administrator_browser: Browser, reach: Reach
) -> None:
    for route, row in ROWS.items():
        address = reach(route)
        for browser in (client, administrator_browser):
            for method in ("PUT", "PATCH", "DELETE"):
                assert status(browser, method, address) == 405, (method, route)
        assert status(administrator_browser, "HEAD", address) == status(
            administrator_browser, "GET", address
        ), route
        if route not in NO_TWIN:
            assert status(administrator_browser, "POST", f"{address}/") == status(
                administrator_browser, "POST", address
            ), (route, row)
