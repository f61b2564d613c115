"""Five troubles among 2,000 clients are each found from the portal's first page, by links alone."""

from collections.abc import Iterator

import pytest

from tests.journeys import find_troubles
from tests.journeys.conftest import NewVisitor
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal

CLICKS_MAX = 3


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal of its own: 2,000 clients would slow down others, and commands need one tenant."""
    yield from new_portal(tmp_path_factory.mktemp("troubles"))


@pytest.fixture(scope="module")
def username(portal: PortalProcess) -> str:
    return find_troubles.plant(portal)


@pytest.mark.sweep
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_five_troubles_are_found_in_three_clicks_each(
    new_visitor: NewVisitor, portal: PortalProcess, username: str, javascript: bool
) -> None:
    page = new_visitor(portal, javascript=javascript).page("/sign-in")
    find_troubles.enter(page, username)

    found = list(find_troubles.find_all(page))

    assert tuple(one.client for one in found) == find_troubles.PLANTED
    assert all(one.clicks <= CLICKS_MAX for one in found), found
