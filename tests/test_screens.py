"""Screen, view and test share a name, so that each can be found from the other two."""

from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
TEMPLATES: Final = ROOT / "templates" / "clients_app"
VIEWS: Final = {file.stem for file in (ROOT / "clients_app" / "web" / "views").glob("[a-z]*.py")}
TESTS: Final = {file.stem for file in (ROOT / "tests" / "web").glob("test_*.py")}
#: folders of parts, mails and error pages, which have no view
NO_SCREENS: Final = {"base", "components", "email", "errors"}
SCREENS: Final = {
    file.stem for file in TEMPLATES.glob("*/[a-z]*.html") if file.parent.name not in NO_SCREENS
}
#: screens that another view shows, because they are steps or results of its flow
SHOWN_BY: Final = {
    "account_authenticator": "account_factor",
    "account_recovery_codes": "account_factor",
    "already_added": "client_register",  # the result of Add, sent twice
    "client_created": "client_register",  # the result of Add
    "client_created_public": "client_register",  # the same, without a secret
    "filter_add": "saved_filters",
    "forgot_password": "choose_password",  # both belong to the one-time link
    "policies_check": "policies",  # the dry run of Save
    "role_remove": "role_edit",
    "secret_added": "secret_add",  # Rotate Secret ends here too
    "sign_in_code": "sign_in",  # the second step
}
#: any view shows these, through `web/access.py`
SHOWN_BY_ACCESS: Final = {"confirm_identity"}
#: views that respond without a screen of their own
WITHOUT_SCREEN: Final = {
    "account_factor",  # see SHOWN_BY
    "calendar",  # for calendar programs
    "client_register",  # see SHOWN_BY
    "polling",  # parts of other screens
    "saved_filters",  # see SHOWN_BY
    "session",  # only a header
    "theme",  # redirects
}


@pytest.mark.parametrize("screen", sorted(SCREENS - SHOWN_BY_ACCESS))
def test_screen_has_a_view_of_its_name(screen: str) -> None:
    assert SHOWN_BY.get(screen, screen) in VIEWS


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_view_has_a_screen_and_a_test_of_its_name(view: str) -> None:
    assert (view in SCREENS) is (view not in WITHOUT_SCREEN)
    assert f"test_{view}" in TESTS


def test_exceptions_of_screens_and_views_are_current() -> None:
    assert set(SHOWN_BY) | SHOWN_BY_ACCESS <= SCREENS
    assert not set(SHOWN_BY) & VIEWS
    assert set(SHOWN_BY.values()) | WITHOUT_SCREEN <= VIEWS
