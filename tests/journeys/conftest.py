"""Browsers for the journeys: real Chromium with a running portal."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.signed_in import SignedIn
from tests.journeys.visitor import ARGUMENTS, NO_OPTIMIZER, Visitor, chromium_path
from tests.portal_process import PASSWORD, USERNAME, PortalProcess
from tests.prepared_portal import new_portal
from tests.sampling import sampled

NewVisitor = Callable[..., Visitor]
WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize(
    "visitor", sampled([True, False]), ids=["with JavaScript", "without"], indirect=True
)
WITHOUT_JAVASCRIPT = pytest.mark.parametrize("visitor", [False], ids=["without"], indirect=True)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for the journeys; it closes before other tests that use the database.

    Playwright runs an event loop in the test thread, where Django refuses queries.
    """
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, NO_OPTIMIZER]
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def new_visitor(chromium: Browser) -> Iterator[NewVisitor]:
    """A function that returns a new signed-out visitor of a portal.

    By the end of the test no page of any visitor may have complained.
    """
    visitors: list[Visitor] = []

    def visit_as(portal: PortalProcess, **options: Any) -> Visitor:
        visitors.append(Visitor(chromium, portal, **options))
        return visitors[-1]

    yield visit_as
    complaints = [complaint for visitor in visitors for complaint in visitor.close()]
    assert complaints == []


@pytest.fixture(scope="package")
def live_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """The portal of the journeys, separate from other tests because it gets several tenants.

    Names of clients that a journey inserts by the dozen begin with Zz: the others' clients stay on
    the first page of the list.
    """
    yield from new_portal(
        tmp_path_factory.mktemp("journeys"),
        has_worker=True,
        OUTGOING_ALLOWED_HOSTS="127.0.0.1",  # receivers of webhooks
    )


@pytest.fixture(scope="package")
def larkfield_cookies(chromium: Browser, live_portal: PortalProcess) -> SignedIn:
    """The cookies of people of three more tenants by username; Zofia's tenant has no clients."""
    settled = live_portal.run(
        "shell",
        "-c",
        "from tests.journeys import larkfield;"
        f"larkfield.settle({PASSWORD!r}); larkfield.settle_small_ones({PASSWORD!r})",
    )
    assert settled.returncode == 0, settled.stderr
    return SignedIn(chromium, live_portal, "mara.okafor", "jonas.berg", "zofia", "otto")


@pytest.fixture
def accessibility(request: pytest.FixtureRequest) -> Iterator[AccessibilityChecks]:
    """Accessibility checks that must have found no problems by the end of the test."""
    accessibility = AccessibilityChecks(whole=getattr(request, "param", False))
    yield accessibility
    assert not accessibility.problems, "\n".join(accessibility.problems)


@pytest.fixture
def visit_as(
    live_portal: PortalProcess, new_visitor: NewVisitor, larkfield_cookies: SignedIn
) -> Callable[..., Visitor]:
    """A function that returns a visitor signed in as a person of Larkfield Water.

    axe-core sets inline styles, so the content security policy is off here, and only here.
    """

    def visit_as(username: str, **options: Any) -> Visitor:
        cookies = larkfield_cookies.get(username)
        visitor = new_visitor(live_portal, storage_state=cookies, bypass_csp=True, **options)
        visitor.expect(403, 404, 422)
        return visitor

    return visit_as


@pytest.fixture
def mara(visit_as: Callable[..., Visitor]) -> Visitor:
    """Mara Okafor, the administrator of Larkfield Water."""
    return visit_as("mara.okafor")


@pytest.fixture
def address(live_portal: PortalProcess, larkfield_cookies: object) -> Callable[[str], str]:
    """A function that fills the rows of Larkfield Water into an address of the matrix."""

    def first(table: str, column: str, value: str) -> str:
        where = f"{column} = '{value}' ORDER BY id"
        return str(live_portal.query(f"SELECT id FROM clients_app_{table} WHERE {where}")[0][0])  # noqa: S608  constants only

    ids = {
        "client_id": first("client", "name", "Pump Station 14 gateway"),
        "rotating_id": first("client", "name", "Historian to lake sync"),
        "full_id": first("client", "name", "Billing export"),
        "person_id": first("person", "username", "jonas.berg"),
        "invited_id": first("person", "username", "lena.horvat"),
        "role_id": first("role", "name", "Telemetry.Writer"),
        "api_id": first("api", "name", "Streams"),
        "passkey_id": "1",  # nobody's: it answers 404
    }
    ids["secret_id"] = first("clientsecret", "client_id", ids["client_id"])
    ids["full_secret_id"] = first("clientsecret", "client_id", ids["full_id"])
    ids["key_id"] = first("clientkey", "client_id", ids["client_id"])
    ids["identity_id"] = first("federatedidentity", "client_id", ids["client_id"])
    ids["near_miss_id"] = first("nearmiss", "identity_id", ids["identity_id"])

    def address(route: str) -> str:
        def value_of(match: re.Match[str]) -> str:
            if match[1] not in ids:
                pytest.fail(f"Tell `address` of {__file__} what replaces {match[0]} in {route}.")
            value = ids[match[1]]
            return str(UUID(value)) if len(value) > 20 else value

        return "/" + re.sub(r"<(\w+)>", value_of, route)

    return address


@pytest.fixture(scope="package")
def administrator_signed_in(chromium: Browser, live_portal: PortalProcess) -> SignedIn:
    return SignedIn(chromium, live_portal, USERNAME)


@pytest.fixture
def administrator_cookies(administrator_signed_in: SignedIn) -> StorageState:
    """The cookies of Mara, the administrator, signed in minutes ago at most."""
    return administrator_signed_in[USERNAME]


@pytest.fixture
def visitor(
    request: pytest.FixtureRequest,
    new_visitor: NewVisitor,
    live_portal: PortalProcess,
    administrator_cookies: StorageState,
) -> Visitor:
    """A visitor signed in as Mara; see also WITH_AND_WITHOUT_JAVASCRIPT."""
    javascript = getattr(request, "param", True)
    return new_visitor(live_portal, javascript=javascript, storage_state=administrator_cookies)
