"""What the options of `manage.py clients add` and `edit` say about a client.

An option of `edit` that is not given leaves its field as it is; an empty text empties it. Options
that may be repeated replace all that the client had.
"""

from argparse import Namespace
from dataclasses import replace
from functools import partial
from typing import Any, Final

from clients_app.management import command_line as cli
from clients_app.management.application_options import application, application_values
from clients_app.management.named import roles_named
from clients_app.management.option_names import option_of
from clients_app.models import Client, Tenant
from clients_app.rules.client_fields import LINES
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.services.secrets.kept import KeptSecrets, kept_of

_repeated: Final = partial(cli.repeated, default=None)  # None: it was not given


_COMMON: Final = (
    _repeated("--role", "NAME", "roles", "may be repeated"),
    cli.argument(
        "--confirm-administrator",
        metavar="NAME",
        help="the client's name again; required with --role 'Tenant Administrator'",
    ),
    _repeated(
        "--owner",
        "USERNAME",
        "owners",
        "a person who may edit it and manage its secrets; may be repeated",
    ),
    _repeated("--tag", "TAG", "tags", "may be repeated"),
    cli.argument("--token-lifetime", metavar="SECONDS", help="60 to 3600"),
    *(cli.argument(option_of(line.name), metavar="TEXT", help=line.help) for line in LINES),
    cli.switch(
        "--may-introspect",
        help="allow it to introspect tokens of other clients, as an API does",
    ),
    cli.switch(
        "--may-rotate-own-secrets",
        help="let it list, add, rotate and remove its secrets and public keys by its own token",
    ),
    cli.switch(
        "--may-add-secrets", help="exempt it from the policy of its tenant that forbids new secrets"
    ),
    *application(),
)
ADDED: Final = (
    cli.argument(
        "--type",
        choices=list(CLIENT_TYPES),
        default=CLIENT_CREDENTIALS.id,
        dest="client_type",
        help="the Client Type; options about applications are for the other two",
    ),
    *_COMMON,
)
EDITED: Final = (
    cli.argument("--name", metavar="NAME"),
    *_COMMON,
    cli.repeated(
        "--keep-secret",
        "ID",
        "kept_secrets",
        "stays if the client becomes privileged; may be repeated",
        type=int,
    ),
    cli.flag(
        "--remove-other-secrets", "required if the client becomes privileged and has other secrets"
    ),
)


def new_draft(given: Namespace, tenant: Tenant) -> ClientDraft:
    """Return the client that the options of `add` describe."""
    values = _values(given, tenant)
    confirms = given.confirm_administrator == given.name
    return ClientDraft(client_type=given.client_type, confirms_administrator=confirms, **values)


def edited_draft(given: Namespace, client: Client) -> ClientDraft:
    """Return the client as the options of `edit` change it."""
    values, was = _values(given, client.tenant), draft_of(client)
    confirms = given.confirm_administrator == values.get("name", client.name)
    return replace(was, confirms_administrator=confirms, **values)


def kept_secrets(given: Namespace, client: Client) -> KeptSecrets:
    """Return which secrets stay if the client becomes privileged (CLI-15)."""
    ids = frozenset(given.kept_secrets)
    return kept_of(client, ids, removes_others=given.remove_other_secrets)


def _values(given: Namespace, tenant: Tenant) -> dict[str, Any]:
    switches = ("may_introspect", "may_rotate_own_secrets", "may_add_secrets")
    names = ("name", *switches, *(line.name for line in LINES))
    values = {name: getattr(given, name) for name in names} | application_values(given)
    if given.roles is not None:
        values["role_ids"] = roles_named(cli.entered(given.roles), tenant=tenant)
    if given.tags is not None:
        values["tags"] = tuple(cli.entered(given.tags))
    if given.token_lifetime is not None:
        values["token_lifetime_s"] = parse_token_lifetime(given.token_lifetime)
    return {name: value for name, value in values.items() if value is not None}
