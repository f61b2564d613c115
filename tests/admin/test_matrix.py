"""Each address below /admin/ x actor x method. A route without a row fails."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from clients_app.models import AuditEvent
from tests.admin.conftest import Installation
from tests.conftest import browser_of
from tests.responses import text_of

pytestmark = pytest.mark.one_database

LIST = {"GET": 200, "POST": 200}
LOOK_ONLY = {"GET": 200, "POST": 403}
NEVER = {"GET": 403, "POST": 403}
FORM = {"GET": 200, "POST": 422}
DONE = {"GET": 200, "POST": 303}

#: what Staff get, by route; POSTs have no body
STAFF: dict[str, dict[str, int]] = {
    "admin/": LIST,
    "admin/jsi18n/": {"GET": 200, "POST": 405},
    "admin/clients_app/": LIST,
    "admin/<rest>": {"GET": 404, "POST": 404},
    **{
        f"admin/clients_app/{model}/{rest}": answers
        for model in (
            *("tenant", "person", "role", "api", "client"),
            *(
                "clientsecret",
                "clientkey",
                "federatedidentity",
                "signingkey",
                "auditevent",
                "tokenusage",
            ),
        )
        for rest, answers in (
            ("", LIST),
            ("add/", NEVER),
            ("<object_id>/change/", LOOK_ONLY),
            ("<object_id>/delete/", NEVER),
        )
    },
    "admin/clients_app/client/add/": LIST,  # both ask for tenant and type
    "admin/clients_app/client/<client_id>/secrets/add/": FORM,
    "admin/clients_app/client/<client_id>/secrets/end/": FORM,
    "admin/clients_app/client/<client_id>/keys/add/": FORM,
    "admin/clients_app/client/<client_id>/identities/add/": LIST,  # both ask for the platform
    "admin/clients_app/client/<client_id>/tokens/test/": FORM,
    "admin/clients_app/client/<client_id>/assertions/edit/": DONE,  # nothing changes
    "admin/clients_app/client/<client_id>/disable/": DONE,
    "admin/clients_app/client/<client_id>/enable/": DONE,
    "admin/clients_app/client/<client_id>/tokens/end/": DONE,
    "admin/clients_app/client/<client_id>/remove/": DONE,
    "admin/clients_app/client/<client_id>/restore/": FORM,
    "admin/clients_app/clientsecret/<secret_id>/edit/": FORM,
    "admin/clients_app/clientsecret/<secret_id>/rotate/": FORM,
    "admin/clients_app/clientsecret/<secret_id>/remove/": DONE,
    "admin/clients_app/clientkey/<public_key_id>/edit/": FORM,
    "admin/clients_app/clientkey/<public_key_id>/rotate/": FORM,
    "admin/clients_app/clientkey/<public_key_id>/remove/": DONE,
    "admin/clients_app/federatedidentity/<identity_id>/edit/": FORM,
    "admin/clients_app/federatedidentity/<identity_id>/remove/": DONE,
    "admin/clients_app/signingkey/rotate/": DONE,
    "admin/clients_app/signingkey/<key_id>/revoke/": DONE,
    "admin/clients_app/tenant/<tenant_id>/rename/": FORM,
    "admin/clients_app/role/add/": FORM,
    "admin/clients_app/role/<role_id>/edit/": FORM,
    "admin/clients_app/role/<role_id>/remove/": DONE,
    "admin/clients_app/api/add/": FORM,
    "admin/clients_app/api/<api_id>/edit/": FORM,
    "admin/clients_app/api/<api_id>/remove/": FORM,  # without the list of its clients
}


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Yield every route below in a readable form."""
    for pattern in patterns:
        text = str(pattern.pattern)
        text = text.replace("^(?P<app_label>clients_app)/$", "clients_app/")
        text = text.replace("(?P<url>.*)$", "<rest>")
        for converter in ("path:", "uuid:", "int:"):
            text = text.replace(converter, "")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + text)
        else:
            assert isinstance(pattern, URLPattern)
            yield before + text


def admin_routes() -> set[str]:
    """Return all routes of the project that begin with admin/."""
    return {route for route in routes(get_resolver().url_patterns) if route.startswith("admin/")}


def address_of(route: str, rows: Installation) -> str:
    """Return an address of the route for the rows of the installation."""
    by_model = {row._meta.model_name: row for row in rows.rows()} | {"client": rows.client}
    client = rows.removed if route.endswith("restore/") else rows.client
    values = {
        "client_id": client,
        "secret_id": rows.secret,
        "tenant_id": rows.tenant,
        "role_id": rows.role,
        "api_id": rows.api,
        "key_id": rows.key,
        "public_key_id": rows.public_key,
        "identity_id": rows.identity,
    }
    model = route.split("/")[2] if route.count("/") > 2 else ""
    if model in by_model:
        values["object_id"] = by_model[model]
    for name, row in values.items():
        route = route.replace(f"<{name}>", str(row.pk))
    return "/" + route.replace("<rest>", "none")


def test_route_of_the_admin_has_a_row() -> None:
    assert admin_routes() == set(STAFF)


def test_route_for_staff_answers_as_its_row_says(
    staff: Browser, installation: Installation
) -> None:
    for route, answers in STAFF.items():
        address = address_of(route, installation)
        assert staff.get(address).status_code == answers["GET"], route
        assert staff.head(address).status_code == answers["GET"], route
    for route in sorted(STAFF, key=_takes_away):
        assert staff.post(address_of(route, installation)).status_code == STAFF[route]["POST"], (
            route
        )


def _takes_away(route: str) -> int:
    """Return a greater number for routes that delete rows of others, such as a client's secrets."""
    return route.endswith("remove/") + ("client/" in route and route.endswith("remove/"))


def test_route_for_non_staff_is_refused(
    outsiders: dict[str, Browser], colleague: Any, installation: Installation
) -> None:
    people = {**outsiders, "viewer": browser_of(colleague)}
    for route in sorted(STAFF):
        address = address_of(route, installation)
        for name, browser in people.items():
            for method in ("GET", "POST", "DELETE"):
                reply = browser.generic(method, address)
                assert reply.status_code == 403, (route, name, method)


def test_route_signed_out_redirects_to_sign_in(installation: Installation) -> None:
    for route in sorted(STAFF):
        address = address_of(route, installation)
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            reply = Browser().generic(method, address)
            if method == "POST":
                assert reply.status_code == 403, (route, method)
                assert "Your session has ended" in text_of(reply), (route, method)
                continue
            assert reply.status_code == 303, (route, method)
            assert reply["Location"] == f"/sign-in?{urlencode({'next': address})}"


def test_stale_form_is_returned_and_does_nothing(
    staff: Browser, installation: Installation
) -> None:
    staff.handler.enforce_csrf_checks = True
    before = AuditEvent.objects.count()
    for route, answers in STAFF.items():
        if answers not in (FORM, DONE):
            continue
        reply = staff.post(
            address_of(route, installation), headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert reply.status_code in {403, 422}, route
        assert "This page was out of date." in text_of(reply), route
        assert 'class="submit-row"' in text_of(reply), route
    assert AuditEvent.objects.count() == before


def test_form_of_another_site_is_refused(staff: Browser, installation: Installation) -> None:
    staff.handler.enforce_csrf_checks = True
    for route in sorted(STAFF):
        reply = staff.post(address_of(route, installation))
        assert reply.status_code == 403, route
