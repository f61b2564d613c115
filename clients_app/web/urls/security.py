"""The addresses below Security, except those of clients."""

from clients_app.web.urls.page import page
from clients_app.web.views import (
    activity,
    api_details,
    apis,
    notices,
    organisation,
    people,
    people_changes,
    people_invitations,
    policies,
    polling,
    roles,
)
from clients_app.web.views.signing_keys import signing_keys

API = "security/apis/<guid:api_id>"
NOTICES = "security/notices"
USERS = "security/users"
USER = f"{USERS}/<guid:person_id>"
INVITATION = f"{USERS}/<guid:invited_id>/invitation"

urlpatterns = [
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
    *page("security/activity", activity.activity, "activity"),
    *page("security/activity/export", activity.activity_export, "activity-export"),
]
