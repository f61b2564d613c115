"""The addresses of the screens, each with and without a slash at its end."""

from collections.abc import Callable

from django.urls import URLPattern, path, re_path, register_converter
from django.urls.converters import UUIDConverter

from clients_app.web.views import (
    account,
    account_applications,
    account_factor,
    account_passkeys,
    account_sessions,
    activity,
    api_details,
    apis,
    assertion_rules,
    choose_password,
    client_add,
    client_apis,
    client_details,
    client_edit,
    client_export,
    client_state,
    connect,
    identities,
    keys,
    notices,
    organisation,
    passkeys,
    people,
    people_changes,
    people_invitations,
    policies,
    polling,
    roles,
    rotation_run,
    saved_filters,
    secrets,
    secrets_end,
    session,
    sign_in,
    single_sign_on,
)
from clients_app.web.views.api_reference import api_reference
from clients_app.web.views.bulk import client_bulk, client_undo
from clients_app.web.views.calendar import calendar
from clients_app.web.views.client_list import client_list, front
from clients_app.web.views.clients_usage import clients_usage
from clients_app.web.views.find import find
from clients_app.web.views.get_started import get_started
from clients_app.web.views.help_files import help_file
from clients_app.web.views.shortcuts import shortcuts
from clients_app.web.views.sign_in_again import sign_in_again
from clients_app.web.views.signing_keys import signing_keys
from clients_app.web.views.theme import theme
from clients_app.web.views.token_inspector import token_inspector
from clients_app.web.views.verify_tokens import verify_tokens


class GuidConverter(UUIDConverter):
    """A GUID in an address, in upper or lower case."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


register_converter(GuidConverter, "guid")


def page(route: str, view: Callable, name: str) -> list[URLPattern]:
    """Return both patterns of an address; the one without a slash has the name."""
    return [path(route, view, name=name), path(f"{route}/", view)]


CLIENTS = "security/clients"
CLIENT = f"{CLIENTS}/<guid:client_id>"
IDENTITY = f"{CLIENT}/identities/<int:identity_id>"
ONE_TIME_LINK = r"^choose-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/?$"

API = "security/apis/<guid:api_id>"
NOTICES = "security/notices"
USERS = "security/users"
USER = f"{USERS}/<guid:person_id>"
INVITATION = f"{USERS}/<guid:invited_id>/invitation"

urlpatterns = [
    path("", front, name="front"),
    *page(CLIENTS, client_list, "client-list"),
    *page(f"{CLIENTS}/add", client_add.client_add, "client-add"),
    *page(f"{CLIENTS}/add/<slug:client_type>", client_add.client_add, "client-add-type"),
    *page(
        f"{CLIENTS}/register/<slug:client_type>", client_add.client_register, "client-register-type"
    ),
    *page(f"{CLIENTS}/filters/add", saved_filters.filter_add, "filter-add"),
    *page(
        f"{CLIENTS}/filters/<int:filter_id>/remove", saved_filters.filter_remove, "filter-remove"
    ),
    *page(f"{CLIENTS}/rotate", rotation_run.rotation_run, "rotation-run"),
    *page(f"{CLIENTS}/rotate/start", rotation_run.rotation_start, "rotation-start"),
    *page(f"{CLIENTS}/export", client_export.client_export, "client-export"),
    *page(f"{CLIENTS}/undo", client_undo, "client-undo"),
    *page(f"{CLIENTS}/bulk/<slug:operation>", client_bulk, "client-bulk"),
    *page(f"{CLIENTS}/register", client_add.client_register, "client-register"),
    *page(f"{CLIENTS}/live", polling.list_live, "client-list-live"),
    *page(f"{CLIENTS}/usage", clients_usage, "clients-usage"),
    *page(f"{CLIENTS}/usage/live", polling.usage_live, "clients-usage-live"),
    *page(f"{CLIENT}/live/<slug:tab>", polling.client_live, "client-live"),
    *page(CLIENT, client_details.client_details, "client-details"),
    *page(f"{CLIENT}/duplicate", client_add.client_duplicate, "client-duplicate"),
    *page(f"{CLIENT}/edit", client_edit.client_edit, "client-edit"),
    *page(f"{CLIENT}/disable", client_state.client_disable, "client-disable"),
    *page(f"{CLIENT}/enable", client_state.client_enable, "client-enable"),
    *page(f"{CLIENT}/remove", client_state.client_remove, "client-remove"),
    *page(f"{CLIENT}/tokens/end", client_state.client_tokens_end, "client-tokens-end"),
    *page(f"{CLIENTS}/<guid:removed_id>/restore", client_state.client_restore, "client-restore"),
    *page(f"{CLIENT}/secrets", client_details.client_secrets, "client-secrets"),
    *page(f"{CLIENT}/roles", client_details.client_roles, "client-roles"),
    *page(f"{CLIENT}/roles/edit", client_edit.client_roles_edit, "client-roles-edit"),
    *page(f"{CLIENT}/apis", client_apis.client_apis, "client-apis"),
    *page(f"{CLIENT}/apis/edit", client_apis.client_apis_edit, "client-apis-edit"),
    *page(f"{CLIENT}/apis/unused", client_apis.client_apis_unused, "client-apis-unused"),
    *page(f"{CLIENT}/activity", client_details.client_activity, "client-activity"),
    *page(f"{CLIENT}/secrets/add", secrets.secret_add, "secret-add"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/edit", secrets.secret_edit, "secret-edit"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/remove", secrets.secret_remove, "secret-remove"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/rotate", secrets.secret_rotate, "secret-rotate"),
    *page(
        f"{CLIENT}/assertions/edit", assertion_rules.assertion_rules_edit, "assertion-rules-edit"
    ),
    *page(f"{CLIENT}/keys/add", keys.key_add, "key-add"),
    *page(f"{CLIENT}/secrets/end", secrets_end.secrets_end, "secrets-end"),
    *page(f"{CLIENT}/keys/<int:key_id>/rotate", keys.key_rotate, "key-rotate"),
    *page(f"{CLIENT}/keys/<int:key_id>/edit", keys.key_edit, "key-edit"),
    *page(f"{CLIENT}/keys/<int:key_id>/remove", keys.key_remove, "key-remove"),
    *page(f"{CLIENT}/keys/<int:key_id>/connect", connect.key_connect, "key-connect"),
    *page(f"{CLIENT}/identities/add", identities.identity_platforms, "identity-platforms"),
    *page(f"{CLIENT}/identities/add/<slug:preset>", identities.identity_add, "identity-add"),
    *page(f"{CLIENT}/token-trial", identities.token_trial, "token-trial"),
    *page(f"{IDENTITY}/edit", identities.identity_edit, "identity-edit"),
    *page(f"{IDENTITY}/connect", connect.identity_connect, "identity-connect"),
    *page(f"{IDENTITY}/remove", identities.identity_remove, "identity-remove"),
    *page("security/roles", roles.role_list, "role-list"),
    *page("security/roles/add", roles.role_add, "role-add"),
    *page("security/roles/<guid:role_id>", roles.role_holders, "role-holders"),
    *page("security/roles/<guid:role_id>/edit", roles.role_edit, "role-edit"),
    *page("security/roles/<guid:role_id>/remove", roles.role_remove, "role-remove"),
    *page("security/apis", apis.api_list, "api-list"),
    *page("security/apis/live", polling.api_list_live, "api-list-live"),
    *page("security/apis/add", apis.api_add, "api-add"),
    *page(API, api_details.api_details, "api-details"),
    *page(f"{API}/scopes", api_details.api_scopes, "api-scopes"),
    *page(f"{API}/clients", api_details.api_clients, "api-clients"),
    *page(f"{API}/verify", api_details.api_verify, "api-verify"),
    *page(f"{API}/activity", api_details.api_activity, "api-activity"),
    *page(f"{API}/edit", apis.api_edit, "api-edit"),
    *page(f"{API}/introspectors", apis.api_introspectors, "api-introspectors"),
    *page(f"{API}/remove", apis.api_remove, "api-remove"),
    *page(USERS, people.people_list, "people-list"),
    *page(f"{USERS}/invite", people_invitations.person_invite, "person-invite"),
    *page(USER, people.person_details, "person-details"),
    *page(f"{USER}/roles", people.person_roles, "person-roles"),
    *page(f"{USER}/clients", people.person_clients, "person-clients"),
    *page(f"{USER}/activity", people.person_activity, "person-activity"),
    *page(f"{USER}/sessions", people.person_sessions, "person-sessions"),
    *page(f"{USER}/sessions/end", people_changes.person_sessions_end, "person-sessions-end"),
    *page(
        f"{USER}/sessions/<slug:session_id>/end",
        people_changes.person_sessions_end,
        "person-session-end",
    ),
    *page(f"{USER}/edit", people_changes.person_edit, "person-edit"),
    *page(f"{USER}/roles/edit", people_changes.person_roles_edit, "person-roles-edit"),
    *page(f"{USER}/deactivate", people_changes.person_deactivate, "person-deactivate"),
    *page(f"{USER}/activate", people_changes.person_activate, "person-activate"),
    *page(f"{USER}/factor", people_changes.person_factor_reset, "person-factor-reset"),
    *page(f"{USER}/password", people_changes.person_password_reset, "person-password-reset"),
    *page(INVITATION, people_invitations.invitation_renew, "invitation-renew"),
    *page(f"{INVITATION}/withdraw", people_invitations.invitation_withdraw, "invitation-withdraw"),
    *page(NOTICES, notices.notices, "notices"),
    *page(f"{NOTICES}/messages/<uuid:delivery_id>", notices.notices_retry, "notices-retry"),
    *page(f"{NOTICES}/calendar", notices.notices_calendar, "notices-calendar"),
    *page(f"{NOTICES}/calendar/remove", notices.notices_calendar_remove, "notices-calendar-remove"),
    *page(f"{NOTICES}/alerts", notices.notices_alerts, "notices-alerts"),
    *page(f"{NOTICES}/<slug:channel>", notices.notices_channel, "notices-channel"),
    *page(f"{NOTICES}/<slug:channel>/test", notices.notices_test, "notices-test"),
    *page(f"{NOTICES}/<slug:channel>/secret", notices.notices_secret, "notices-secret"),
    *page(f"{NOTICES}/<slug:channel>/remove", notices.notices_remove, "notices-remove"),
    *page("security/organisation", organisation.organisation, "organisation"),
    *page("security/policies", policies.policies, "policies"),
    *page("security/policies/check", policies.policies_check, "policies-check"),
    *page("security/keys", signing_keys, "signing-keys"),
    path("calendar/<str:key>.ics", calendar, name="calendar"),
    path("help/files/<path:name>", help_file, name="help-file"),
    *page("help/api-reference", api_reference, "api-reference"),
    *page("help/verify-tokens", verify_tokens, "verify-tokens"),
    *page("help/token", token_inspector, "token-inspector"),
    *page("help/get-started", get_started, "get-started"),
    *page("help/get-started/<slug:client_type>", get_started, "get-started-type"),
    *page("security/activity", activity.activity, "activity"),
    *page("security/activity/export", activity.activity_export, "activity-export"),
    *page(
        "sign-in", sign_in.sign_in, "account_login"
    ),  # allauth reverses the names with an underscore
    *page("sign-in/code", sign_in.sign_in_code, "mfa_authenticate"),
    *page("sign-in/passkey", passkeys.sign_in_passkey, "sign-in-passkey"),
    *page("passkey/<slug:purpose>", passkeys.passkey_options, "passkey-options"),
    *page("sign-in/with/<slug:provider_id>", single_sign_on.sign_on, "sign-on"),
    *page(
        "sign-in/with/<slug:provider_id>/return", single_sign_on.sign_on_return, "sign-on-return"
    ),
    *page("sign-in/again", sign_in_again, "sign-in-again"),
    *page("sign-out", sign_in.sign_out, "sign-out"),
    *page("forgot-password", choose_password.forgot_password, "account_reset_password"),
    re_path(ONE_TIME_LINK, choose_password.choose_password, name="account_reset_password_from_key"),
    *page("session", session.session_asked, "session-left"),
    *page("session/stay", session.session_stay, "session-stay"),
    *page("theme", theme, "theme"),
    *page("account", account.account, "account"),
    *page("account/password", account.account_password, "account-password"),
    *page("account/theme", account.account_theme, "account-theme"),
    *page("account/time-zone", account.account_time_zone, "account-time-zone"),
    *page("account/shortcuts", account.account_shortcuts, "account-shortcuts"),
    *page("account/rows", account.account_rows, "account-rows"),
    *page("account/guesses/close", account.account_guesses_close, "account-guesses-close"),
    *page(
        "account/applications/<guid:application_id>/withdraw",
        account_applications.account_application_withdraw,
        "account-application-withdraw",
    ),
    *page("account/sessions/end", account_sessions.account_sessions_end, "account-sessions-end"),
    *page(
        "account/sessions/<slug:session_id>/end",
        account_sessions.account_session_end,
        "account-session-end",
    ),
    *page("account/authenticator", account_factor.account_authenticator, "account-authenticator"),
    *page(
        "account/authenticator/later",
        account_factor.account_authenticator_later,
        "account-authenticator-later",
    ),
    *page(
        "account/authenticator/remove",
        account_factor.account_authenticator_remove,
        "account-authenticator-remove",
    ),
    *page(
        "account/recovery-codes", account_factor.account_recovery_codes, "account-recovery-codes"
    ),
    *page("account/passkeys/add", account_passkeys.account_passkey_add, "account-passkey-add"),
    *page(
        "account/passkeys/<int:passkey_id>/rename",
        account_passkeys.account_passkey_rename,
        "account-passkey-rename",
    ),
    *page(
        "account/passkeys/<int:passkey_id>/remove",
        account_passkeys.account_passkey_remove,
        "account-passkey-remove",
    ),
    *page("find", find, "find"),
    *page("help/shortcuts", shortcuts, "shortcuts"),
]
