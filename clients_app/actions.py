"""The names of all actions. ``rules/permissions.py`` has a row for each of them."""

from enum import StrEnum


class Action(StrEnum):
    READ_CLIENTS = "client.read"
    ADD_CLIENT = "client.add"
    EDIT_CLIENT = "client.edit"
    EDIT_URLS = "client.urls.edit"
    DISABLE_CLIENT = "client.disable"
    REMOVE_CLIENT = "client.remove"
    RESTORE_CLIENT = "client.restore"
    ASSIGN_ROLES = "client.roles.assign"  # and Owners, and the right to introspect
    ASSIGN_APIS = "client.apis.assign"  # what a client may call
    END_TOKENS = "client.tokens.end"
    READ_SECRETS = "client.secret.read"  # their metadata; nobody reads a value
    ADD_SECRET = "client.secret.add"
    EDIT_SECRET = "client.secret.edit"
    EXTEND_SECRET = "client.secret.extend"
    ROTATE_SECRET = "client.secret.rotate"
    REMOVE_SECRET = "client.secret.remove"
    ADD_CREDENTIAL = "client.credential.add"  # a public key or a federated identity
    EDIT_CREDENTIAL = "client.credential.edit"
    EXTEND_CREDENTIAL = "client.credential.extend"
    REMOVE_CREDENTIAL = "client.credential.remove"
    READ_ROLES = "role.read"
    ADD_ROLE = "role.add"
    EDIT_ROLE = "role.edit"
    REMOVE_ROLE = "role.remove"
    READ_APIS = "api.read"
    ADD_API = "api.add"
    EDIT_API = "api.edit"  # and its scopes, and who may ask about its tokens
    REMOVE_API = "api.remove"
    READ_ACTIVITY = "activity.read"
    EXPORT_ACTIVITY = "activity.export"
    READ_PEOPLE = "people.read"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_NOTICES = "notices.manage"
    SET_CHANNEL = "channel.set"
    RENAME_TENANT = "tenant.rename"
    READ_POLICIES = "policies.read"
    SET_POLICIES = "policies.set"
    READ_KEYS = "keys.read"
    SET_OWN_PASSWORD = "own.password.set"
    SET_OWN_FACTOR = "own.factor.set"
    END_OWN_SESSIONS = "own.sessions.end"
    SET_OWN_CALENDAR = "own.calendar.set"
    MANAGE_INSTALLATION = "installation.manage"  # above all tenants: Staff alone
