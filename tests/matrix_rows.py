"""The addresses of portal and machines: who may open each, and how it responds.

A new address needs one line in ROWS; `test_matrix.py` derives the rest.
"""

from typing import Final, NamedTuple

from clients_app.rules.built_in_roles import (
    BUILT_IN_ROLES,
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
)

OWNER: Final = "Owner"

ROLES: Final = {role.role_type_id: role.name for role in BUILT_IN_ROLES}
EVERYBODY: Final = frozenset({*ROLES.values(), OWNER})
ADMINISTRATORS: Final = frozenset({ROLES[TENANT_ADMINISTRATOR]})
AUDITORS: Final = ADMINISTRATORS | {ROLES[TENANT_AUDITOR]}
EDITORS: Final = ADMINISTRATORS | {OWNER}
ROTATORS: Final = EDITORS | {ROLES[SECRET_ROTATOR]}
READERS_OF_SECRETS: Final = ROTATORS | AUDITORS


class Row(NamedTuple):
    """Who may open an address, and the statuses they get; ``post`` sends an empty form."""

    may: frozenset[str]
    get: int
    post: int


class Open(NamedTuple):
    """The response of an address to everybody, signed in or not."""

    get: int
    post: int


CLIENT: Final = "security/clients/<client_id>"
SECRET: Final = f"{CLIENT}/secrets/<secret_id>"
IDENTITY: Final = f"{CLIENT}/identities/<identity_id>"
ROLE: Final = "security/roles/<role_id>"
USER: Final = "security/users/<person_id>"
INVITATION: Final = "security/users/<invited_id>/invitation"
API: Final = "security/apis/<api_id>"
ROWS: Final[dict[str, Row | Open]] = {
    # screens
    "security/clients": Row(EVERYBODY, 200, 405),
    CLIENT: Row(EVERYBODY, 200, 405),
    f"{CLIENT}/secrets": Row(READERS_OF_SECRETS, 200, 405),
    f"{CLIENT}/roles": Row(EVERYBODY, 200, 405),
    f"{CLIENT}/apis": Row(EVERYBODY, 200, 405),
    f"{CLIENT}/activity": Row(AUDITORS, 200, 405),
    f"{CLIENT}/live/<tab>": Row(EVERYBODY, 200, 405),
    "security/clients/rotate": Row(EVERYBODY, 200, 405),
    "security/clients/rotate/start": Row(EVERYBODY, 303, 405),
    "security/clients/usage": Row(EVERYBODY, 200, 405),
    "security/clients/usage/live": Row(EVERYBODY, 200, 405),
    "security/clients/live": Row(EVERYBODY, 200, 405),
    "security/roles": Row(EVERYBODY, 200, 405),
    "security/apis": Row(EVERYBODY, 200, 405),
    "security/users": Row(AUDITORS, 200, 405),
    USER: Row(AUDITORS, 200, 405),
    f"{USER}/roles": Row(AUDITORS, 200, 405),
    f"{USER}/clients": Row(AUDITORS, 200, 405),
    f"{USER}/sessions": Row(AUDITORS, 200, 405),
    f"{USER}/activity": Row(AUDITORS, 200, 405),
    "security/apis/live": Row(EVERYBODY, 200, 405),
    API: Row(EVERYBODY, 200, 405),
    f"{API}/scopes": Row(EVERYBODY, 200, 405),
    f"{API}/clients": Row(EVERYBODY, 200, 405),
    f"{API}/verify": Row(EVERYBODY, 200, 405),
    f"{API}/activity": Row(AUDITORS, 200, 405),
    "security/activity": Row(AUDITORS, 200, 405),
    "security/activity/export": Row(AUDITORS, 200, 422),
    "security/organisation": Row(ADMINISTRATORS, 200, 422),
    "security/keys": Row(AUDITORS, 200, 405),
    "security/policies": Row(ADMINISTRATORS, 200, 405),
    "security/policies/check": Row(ADMINISTRATORS, 200, 422),
    "help/get-started": Row(EVERYBODY, 200, 405),
    "help/get-started/<client_type>": Row(EVERYBODY, 200, 405),
    "help/api-reference": Row(EVERYBODY, 200, 405),
    "help/verify-tokens": Row(EVERYBODY, 200, 405),
    "help/token": Row(EVERYBODY, 200, 422),
    "account": Row(EVERYBODY, 200, 405),
    "account/password": Row(EVERYBODY, 303, 422),
    "account/theme": Row(EVERYBODY, 303, 303),
    "account/time-zone": Row(EVERYBODY, 303, 303),
    "account/shortcuts": Row(EVERYBODY, 303, 303),
    "account/rows": Row(EVERYBODY, 200, 200),
    "account/guesses/close": Row(EVERYBODY, 200, 200),
    "account/applications/<application_id>/withdraw": Row(EVERYBODY, 303, 404),
    "account/sessions/end": Row(EVERYBODY, 303, 303),
    "account/sessions/<session_id>/end": Row(EVERYBODY, 303, 303),
    "account/authenticator": Row(EVERYBODY, 200, 422),
    "account/authenticator/later": Row(EVERYBODY, 303, 303),
    "account/authenticator/remove": Row(EVERYBODY, 303, 303),
    "account/recovery-codes": Row(EVERYBODY, 303, 303),
    "account/passkeys/add": Row(EVERYBODY, 200, 422),
    "account/passkeys/<passkey_id>/rename": Row(EVERYBODY, 404, 404),  # a person's own
    "account/passkeys/<passkey_id>/remove": Row(EVERYBODY, 303, 404),
    "sign-in/again": Row(EVERYBODY, 200, 422),
    "find": Row(EVERYBODY, 200, 405),
    "help/shortcuts": Row(EVERYBODY, 200, 405),
    "security/notices": Row(EVERYBODY, 200, 405),
    "security/notices/alerts": Row(ADMINISTRATORS, 303, 422),
    "security/notices/<channel>": Row(ADMINISTRATORS, 303, 422),
    "security/notices/<channel>/test": Row(ADMINISTRATORS, 303, 404),
    "security/notices/<channel>/secret": Row(ADMINISTRATORS, 303, 303),
    "security/notices/<channel>/remove": Row(ADMINISTRATORS, 303, 404),
    "security/notices/messages/<delivery_id>": Row(ADMINISTRATORS, 303, 404),
    "security/notices/calendar": Row(EVERYBODY, 303, 303),
    "security/notices/calendar/remove": Row(EVERYBODY, 303, 303),
    # windows
    "security/clients/add": Row(ADMINISTRATORS, 200, 422),
    "security/clients/add/<client_type>": Row(ADMINISTRATORS, 200, 422),
    "security/clients/register": Row(ADMINISTRATORS, 303, 422),
    "security/clients/register/<client_type>": Row(ADMINISTRATORS, 303, 422),
    "security/clients/bulk/<operation>": Row(ADMINISTRATORS, 200, 422),
    "security/clients/undo": Row(ADMINISTRATORS, 303, 404),
    "security/clients/export": Row(EVERYBODY, 200, 422),
    "security/clients/filters/add": Row(EVERYBODY, 200, 422),
    "security/clients/filters/<filter_id>/remove": Row(EVERYBODY, 405, 404),  # a person's own
    f"{CLIENT}/duplicate": Row(ADMINISTRATORS, 200, 405),
    f"{CLIENT}/edit": Row(EDITORS, 200, 422),
    f"{CLIENT}/disable": Row(ADMINISTRATORS, 200, 204),
    f"{CLIENT}/enable": Row(ADMINISTRATORS, 200, 204),
    f"{CLIENT}/remove": Row(ADMINISTRATORS, 200, 204),
    "security/clients/<removed_id>/restore": Row(ADMINISTRATORS, 200, 200),
    f"{CLIENT}/tokens/end": Row(ADMINISTRATORS, 200, 204),
    f"{CLIENT}/roles/edit": Row(ADMINISTRATORS, 200, 204),  # unchanged
    f"{CLIENT}/apis/edit": Row(ADMINISTRATORS, 200, 422),
    f"{CLIENT}/apis/unused": Row(ADMINISTRATORS, 200, 422),
    f"{CLIENT}/secrets/add": Row(ROTATORS, 200, 422),
    f"{SECRET}/edit": Row(EDITORS, 200, 422),
    f"{SECRET}/remove": Row(ROTATORS, 200, 204),
    f"{SECRET}/rotate": Row(ROTATORS, 200, 422),
    f"{CLIENT}/assertions/edit": Row(EDITORS, 200, 204),
    f"{CLIENT}/keys/add": Row(ROTATORS, 200, 422),
    f"{CLIENT}/keys/<key_id>/edit": Row(EDITORS, 200, 422),
    f"{CLIENT}/keys/<key_id>/rotate": Row(ROTATORS, 200, 422),
    f"{CLIENT}/secrets/end": Row(ROTATORS, 200, 422),
    f"{CLIENT}/keys/<key_id>/remove": Row(ROTATORS, 200, 204),
    f"{CLIENT}/keys/<key_id>/connect": Row(READERS_OF_SECRETS, 200, 405),
    f"{CLIENT}/identities/add": Row(ROTATORS, 200, 405),
    f"{CLIENT}/identities/add/<preset>": Row(ROTATORS, 200, 422),
    f"{CLIENT}/token-trial": Row(READERS_OF_SECRETS, 200, 422),
    f"{IDENTITY}/edit": Row(EDITORS, 200, 422),
    f"{IDENTITY}/connect": Row(READERS_OF_SECRETS, 200, 405),
    f"{IDENTITY}/remove": Row(ROTATORS, 200, 204),
    ROLE: Row(EVERYBODY, 200, 405),
    "security/roles/add": Row(ADMINISTRATORS, 200, 422),
    f"{ROLE}/edit": Row(ADMINISTRATORS, 200, 422),
    f"{ROLE}/remove": Row(ADMINISTRATORS, 200, 204),
    "security/apis/add": Row(ADMINISTRATORS, 200, 422),
    f"{API}/edit": Row(ADMINISTRATORS, 200, 422),
    f"{API}/introspectors": Row(ADMINISTRATORS, 200, 204),  # unchanged
    f"{API}/remove": Row(ADMINISTRATORS, 200, 422),
    "security/users/invite": Row(ADMINISTRATORS, 200, 422),
    f"{USER}/edit": Row(ADMINISTRATORS, 200, 204),  # unchanged
    f"{USER}/roles/edit": Row(ADMINISTRATORS, 200, 204),  # unchanged
    f"{USER}/deactivate": Row(ADMINISTRATORS, 200, 204),
    f"{USER}/activate": Row(ADMINISTRATORS, 200, 204),
    f"{USER}/factor": Row(ADMINISTRATORS, 200, 204),
    f"{USER}/sessions/end": Row(ADMINISTRATORS, 200, 204),
    f"{USER}/sessions/<session_id>/end": Row(ADMINISTRATORS, 200, 204),
    f"{USER}/password": Row(ADMINISTRATORS, 200, 200),
    INVITATION: Row(ADMINISTRATORS, 200, 200),
    f"{INVITATION}/withdraw": Row(ADMINISTRATORS, 200, 200),
    # for people whom applications send here
    "identity/connect/authorize": Open(400, 400),
    "identity/connect/consent": Open(303, 400),
    "identity/connect/endsession": Open(200, 400),
    # for everybody
    "": Open(303, 405),
    "sign-in": Open(200, 422),
    "sign-in/code": Open(200, 200),
    "sign-in/passkey": Open(200, 422),
    "passkey/<purpose>": Open(200, 405),
    "sign-in/with/<provider_id>": Open(404, 404),
    "sign-in/with/<provider_id>/return": Open(404, 405),
    "session": Open(204, 405),
    "session/stay": Open(204, 405),
    "sign-out": Open(405, 303),
    "identity/connect/endsession/confirmed": Open(303, 303),
    "forgot-password": Open(200, 405),
    "choose-password/<link>": Open(404, 404),
    "theme": Open(405, 204),
    # for machines
    "calendar/<key>.ics": Open(404, 405),
    "help/files/<name>": Open(404, 405),
    "identity/connect/token": Open(405, 400),
    "identity/connect/introspect": Open(405, 400),
    "identity/connect/revocation": Open(405, 400),
    "identity/connect/userinfo": Open(401, 401),
    "identity/.well-known/openid-configuration": Open(200, 405),
    "identity/.well-known/openid-configuration/jwks": Open(200, 405),
    ".well-known/oauth-authorization-server/identity": Open(200, 405),
}
#: what only the signed-out, and only the signed-in, get; the others are sent on
ONLY_SIGNED_OUT: Final = {"sign-in", "sign-in/passkey"}
ONLY_SIGNED_IN: Final = {"identity/connect/endsession"}
#: the front page and files: no slash after them
NO_TWIN: Final = {"", "calendar/<key>.ics", "help/files/<name>"}
GUARDED: Final = {route: row for route, row in ROWS.items() if isinstance(row, Row)}
OPEN: Final = {route: row for route, row in ROWS.items() if isinstance(row, Open)}
#: a missing row is a 404; a polled part reloads the page instead, which explains it
ABOUT_A_ROW: Final = [
    route
    for route, row in GUARDED.items()
    if "_id>" in route and row.get == 200 and "/live/" not in route
]
#: addresses that forms are sent to; machines send none
STALE: Final = [
    route for route, row in ROWS.items() if row.post != 405 and not route.startswith("identity")
]
