"""The addresses of the screens: each answers the same with a slash at its end."""

from collections.abc import Callable
from uuid import UUID

from django.urls import URLPattern, path, re_path, register_converter

from clients_app.web.views import notices
from clients_app.web.views.account import (
    account,
    account_password,
    account_shortcuts,
    account_theme,
    account_time_zone,
)
from clients_app.web.views.account_factor import (
    account_authenticator,
    account_authenticator_remove,
    account_recovery_codes,
)
from clients_app.web.views.activity import activity
from clients_app.web.views.activity_export import activity_export
from clients_app.web.views.bulk import client_bulk
from clients_app.web.views.calendar import calendar
from clients_app.web.views.choose_password import choose_password, forgot_password
from clients_app.web.views.client_add import client_add
from clients_app.web.views.client_details import (
    client_activity,
    client_details,
    client_roles,
    client_secrets,
)
from clients_app.web.views.client_edit import client_edit
from clients_app.web.views.client_list import client_list, front
from clients_app.web.views.client_register import client_register
from clients_app.web.views.client_remove import client_remove
from clients_app.web.views.client_restore import client_restore
from clients_app.web.views.client_roles_edit import client_roles_edit
from clients_app.web.views.client_state import client_disable, client_enable
from clients_app.web.views.client_tokens_end import client_tokens_end
from clients_app.web.views.find import find
from clients_app.web.views.get_started import get_started
from clients_app.web.views.policies import policies, policies_check
from clients_app.web.views.polling import client_live, list_live
from clients_app.web.views.role_add import role_add
from clients_app.web.views.role_edit import role_edit, role_remove
from clients_app.web.views.role_list import role_list
from clients_app.web.views.saved_filters import filter_add, filter_remove
from clients_app.web.views.secret_add import secret_add
from clients_app.web.views.secret_edit import secret_edit
from clients_app.web.views.secret_remove import secret_remove
from clients_app.web.views.secret_rotate import secret_rotate
from clients_app.web.views.session import session_asked, session_stay
from clients_app.web.views.shortcuts import shortcuts
from clients_app.web.views.sign_in import sign_in, sign_in_code, sign_out
from clients_app.web.views.theme import theme


class GuidConverter:
    """A GUID in an address, in any case."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

    def to_python(self, value: str) -> UUID:
        return UUID(value)

    def to_url(self, value: UUID) -> str:
        return str(value)


register_converter(GuidConverter, "guid")


def page(route: str, view: Callable, name: str) -> list[URLPattern]:
    """Return the two patterns of an address; its name is the one without a slash."""
    return [path(route, view, name=name), path(f"{route}/", view)]


CLIENTS = "security/clients"
CLIENT = f"{CLIENTS}/<guid:client_id>"
ONE_TIME_LINK = r"^choose-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/?$"

NOTICES = "security/notices"

urlpatterns = [
    path("", front, name="front"),
    *page(CLIENTS, client_list, "client-list"),
    *page(f"{CLIENTS}/add", client_add, "client-add"),
    *page(f"{CLIENTS}/add/<slug:client_type>", client_add, "client-add-type"),
    *page(f"{CLIENTS}/register/<slug:client_type>", client_register, "client-register-type"),
    *page(f"{CLIENTS}/filters/add", filter_add, "filter-add"),
    *page(f"{CLIENTS}/filters/<int:filter_id>/remove", filter_remove, "filter-remove"),
    *page(f"{CLIENTS}/bulk/<slug:operation>", client_bulk, "client-bulk"),
    *page(f"{CLIENTS}/register", client_register, "client-register"),
    *page(f"{CLIENTS}/live", list_live, "client-list-live"),
    *page(f"{CLIENT}/live/<slug:tab>", client_live, "client-live"),
    *page(CLIENT, client_details, "client-details"),
    *page(f"{CLIENT}/edit", client_edit, "client-edit"),
    *page(f"{CLIENT}/disable", client_disable, "client-disable"),
    *page(f"{CLIENT}/enable", client_enable, "client-enable"),
    *page(f"{CLIENT}/remove", client_remove, "client-remove"),
    *page(f"{CLIENT}/tokens/end", client_tokens_end, "client-tokens-end"),
    *page(f"{CLIENTS}/<guid:removed_id>/restore", client_restore, "client-restore"),
    *page(f"{CLIENT}/secrets", client_secrets, "client-secrets"),
    *page(f"{CLIENT}/roles", client_roles, "client-roles"),
    *page(f"{CLIENT}/roles/edit", client_roles_edit, "client-roles-edit"),
    *page(f"{CLIENT}/activity", client_activity, "client-activity"),
    *page(f"{CLIENT}/secrets/add", secret_add, "secret-add"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/edit", secret_edit, "secret-edit"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/remove", secret_remove, "secret-remove"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/rotate", secret_rotate, "secret-rotate"),
    *page("security/roles", role_list, "role-list"),
    *page("security/roles/add", role_add, "role-add"),
    *page("security/roles/<guid:role_id>/edit", role_edit, "role-edit"),
    *page("security/roles/<guid:role_id>/remove", role_remove, "role-remove"),
    *page(NOTICES, notices.notices, "notices"),
    *page(f"{NOTICES}/messages/<uuid:delivery_id>", notices.notices_retry, "notices-retry"),
    *page(f"{NOTICES}/calendar", notices.notices_calendar, "notices-calendar"),
    *page(f"{NOTICES}/calendar/remove", notices.notices_calendar_remove, "notices-calendar-remove"),
    *page(f"{NOTICES}/<slug:channel>", notices.notices_channel, "notices-channel"),
    *page(f"{NOTICES}/<slug:channel>/test", notices.notices_test, "notices-test"),
    *page(f"{NOTICES}/<slug:channel>/secret", notices.notices_secret, "notices-secret"),
    *page(f"{NOTICES}/<slug:channel>/remove", notices.notices_remove, "notices-remove"),
    *page("security/policies", policies, "policies"),
    *page("security/policies/check", policies_check, "policies-check"),
    path("calendar/<str:key>.ics", calendar, name="calendar"),
    *page("help/get-started", get_started, "get-started"),
    *page("help/get-started/<slug:client_type>", get_started, "get-started-type"),
    *page("security/activity", activity, "activity"),
    *page("security/activity/export", activity_export, "activity-export"),
    *page("sign-in", sign_in, "account_login"),  # names with a line are asked for by allauth
    *page("sign-in/code", sign_in_code, "mfa_authenticate"),
    *page("sign-out", sign_out, "sign-out"),
    *page("forgot-password", forgot_password, "account_reset_password"),
    re_path(ONE_TIME_LINK, choose_password, name="account_reset_password_from_key"),
    *page("session", session_asked, "session-left"),
    *page("session/stay", session_stay, "session-stay"),
    *page("theme", theme, "theme"),
    *page("account", account, "account"),
    *page("account/password", account_password, "account-password"),
    *page("account/theme", account_theme, "account-theme"),
    *page("account/time-zone", account_time_zone, "account-time-zone"),
    *page("account/shortcuts", account_shortcuts, "account-shortcuts"),
    *page("account/authenticator", account_authenticator, "account-authenticator"),
    *page(
        "account/authenticator/remove", account_authenticator_remove, "account-authenticator-remove"
    ),
    *page("account/recovery-codes", account_recovery_codes, "account-recovery-codes"),
    *page("find", find, "find"),
    *page("help/shortcuts", shortcuts, "shortcuts"),
]
