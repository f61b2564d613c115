"""Screen, view and test share a name, so that each can be found from the other two."""

import re
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.one_database

ROOT: Final = Path(__file__).parents[1]
WEB: Final = ROOT / "clients_app" / "web"
VIEWS: Final = {file.stem for file in (WEB / "views").glob("[a-z]*.py")}
TESTS: Final = {
    file.stem
    for folder in ("web", "identity")
    for file in (ROOT / "tests" / folder).glob("test_*.py")
}
#: folders of parts, mails, error pages and pages of the protocol endpoints, which have no view
NO_SCREENS: Final = {"base", "components", "consent", "email", "errors"}
SCREENS: Final = {
    file.stem
    for file in (ROOT / "templates" / "clients_app").glob("*/[a-z]*.html")
    if file.parent.name not in NO_SCREENS
}
#: views that show several screens of one subject
OF_ONE_SUBJECT: Final = {
    "account_factor": {"account_authenticator", "account_recovery_codes"},
    "account_passkeys": {"account_passkey_add", "account_passkey_rename"},
    "activity": {"activity_export"},
    "assertion_rules": {"assertion_rules_edit"},
    "apis": {"api_list", "api_add", "api_edit", "api_introspectors", "api_remove"},
    "choose_password": {"forgot_password"},  # both belong to the one-time link
    "client_add": {"client_created", "client_created_connect", "client_created_public"},  # its end
    "client_apis": {"client_apis_edit", "client_apis_unused"},
    "client_edit": {"client_roles_edit"},
    "client_state": {"client_remove", "client_restore", "client_tokens_end"},
    "identities": {
        *{"identity_platforms", "identity_add", "identity_edit", "identity_remove"},
        "token_trial",
    },
    "keys": {"key_add", "key_edit", "key_remove", "key_rotate"},
    "people": {"people_list", "person_details"},
    "people_changes": {
        *{"person_edit", "person_roles_edit", "person_deactivate", "person_activate"},
        *{"person_factor_reset", "person_password_reset", "person_sessions_end"},
    },
    "people_invitations": {
        *{"person_invite", "invitation_renew", "invitation_withdraw", "link_shown"},
    },
    "policies": {"policies_check"},
    "roles": {"role_list", "role_add", "role_edit", "role_holders", "role_remove"},
    "saved_filters": {"filter_add"},
    "secrets": {"secret_add", "secret_added", "secret_edit", "secret_remove", "secret_rotate"},
    "sign_in": {"sign_in_code"},
    "single_sign_on": {"sign_on_refused"},
}
SHOWN_BY: Final = {screen: view for view, group in OF_ONE_SUBJECT.items() for screen in group}
#: any view shows these, through another module of web
NOT_IN_A_VIEW: Final = {
    "already_added": "error_pages",
    "client_add_platform": "first_credential",
    "confirm_identity": "access",
    "sign_on_leave": "htmx",
}
#: screens that the test of their flow covers: the test, by screen
TESTED_WITH: Final = {
    "account_authenticator": "account_factor",
    "account_passkey_add": "account_passkeys",
    "account_passkey_rename": "account_passkeys",
    "account_recovery_codes": "account_factor",
    "already_added": "client_register",
    "api_add": "apis",
    "api_edit": "apis",
    "api_list": "apis",
    "api_remove": "apis",
    "client_apis_edit": "client_apis",
    **dict.fromkeys(("client_add_platform", "client_created_connect"), "client_add_ways"),
    "client_created": "client_register",
    "client_created_public": "client_types",
    "filter_add": "saved_filters",
    "identity_add": "identities",
    "identity_edit": "identities",
    "identity_platforms": "identities",
    "identity_remove": "identities",
    "invitation_renew": "person_invite",
    "invitation_withdraw": "person_invite",
    **dict.fromkeys(("key_add", "key_edit", "key_remove", "key_rotate"), "keys"),
    "assertion_rules_edit": "assertion_rules",
    "link_shown": "person_invite",
    "person_activate": "person_deactivate",
    "person_factor_reset": "person_password_reset",
    "person_sessions_end": "person_sessions",
    "policies_check": "policies",
    "role_holders": "role_list",
    "role_remove": "role_edit",
    "secret_added": "secret_add",
    "token_trial": "identities",
    "sign_on_leave": "single_sign_on",
    "sign_on_refused": "single_sign_on",
}
#: views without a screen of their own name: of one subject, or for programs and fragments
WITHOUT_SCREEN: Final = {
    *{
        "account_factor",
        "apis",
        "assertion_rules",
        "client_apis",
        "identities",
        "keys",
        "roles",
        "saved_filters",
        "secrets",
    },
    *{"people", "people_changes", "people_invitations"},
    *{"account_applications", "account_passkeys", "account_sessions", "passkeys"},
    *{"calendar", "help_files", "polling", "session", "theme"},
    "single_sign_on",
}


@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_screen_has_a_view_and_a_test_of_its_name(screen: str) -> None:
    view = WEB / "views" / f"{SHOWN_BY.get(screen, screen)}.py"
    if screen in NOT_IN_A_VIEW:
        view = WEB / f"{NOT_IN_A_VIEW[screen]}.py"

    assert re.search(rf"\b{screen}\b", view.read_text())
    assert f"test_{TESTED_WITH.get(screen, screen)}" in TESTS


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_view_has_a_screen_of_its_name_or_is_listed(view: str) -> None:
    assert (view in SCREENS) is (view not in WITHOUT_SCREEN)


def test_exceptions_of_screens_and_views_are_current() -> None:
    assert set(SHOWN_BY) | set(NOT_IN_A_VIEW) | set(TESTED_WITH) <= SCREENS
    assert set(OF_ONE_SUBJECT) | WITHOUT_SCREEN <= VIEWS


def test_window_that_is_no_form_is_marked_so_that_the_dialog_opens() -> None:
    """static/clients_app/js/windows.js shows what has ``data-window``; forms get it here."""
    unmarked = []
    for file in (ROOT / "templates" / "clients_app").glob("*/*.html"):
        template = file.read_text()
        if '"clients_app/window.html"' in template and "{% block content %}" in template:
            unmarked += [file.name] if "data-window" not in template else []

    assert unmarked == []
