"""`manage.py apis`: the APIs of a tenant, their scopes, and which clients may call them."""

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from clients_app.errors import NotFound, PortalError
from clients_app.management import api_lines
from clients_app.management import command_line as cli
from clients_app.management.api_lines import losses_lines, losses_values, may_call_values, names_of
from clients_app.models import Api, Client
from clients_app.selectors.apis.apis import apis_with_counts, callers_of, callers_stamp, find_api
from clients_app.selectors.clients.lookup import find_client
from clients_app.services.apis import drafts
from clients_app.services.apis.apis import add_api, edit_api, remove_api, set_introspectors
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft
from clients_app.services.apis.may_call import MayCallDraft, draft_of, set_may_call
from clients_app.services.apis.unused import remove_unused, unused_of

API: Final = cli.argument("api", metavar="API", help="its Identifier, name or id")
SCOPES: Final = cli.repeated(
    "--scope", "SCOPE", "scopes", "'SCOPE' or 'SCOPE What it allows'; may be repeated"
)


class Command(cli.PortalCommand):
    help = "Lists, adds, changes and removes APIs; says which clients may call them."

    @cli.reading(cli.TENANT)
    def list(self, given: Namespace) -> None:
        """List the APIs with the number of clients that may call them, the built-in one first."""
        apis = apis_with_counts(cli.tenant_of(given.tenant).pk, now=cli.now())
        columns = {"id": 36, "clients": 7, "identifier": 40, "name": 0}
        self.list_rows(given, apis, api_lines.api_values, api_lines.api_cells, **columns)

    @cli.reading(API, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show an API: its scopes, and the clients that may call it or ask about its tokens."""
        api = _api(given)
        self.tell(given, api_lines.api_lines(api), api_lines.shown_values(api))

    @cli.subcommand(
        cli.NAME,
        cli.argument(
            "--identifier",
            required=True,
            metavar="URI",
            help="the aud of its tokens: https://..., api://... or urn:...",
        ),
        cli.argument("--description", default="", metavar="TEXT"),
        SCOPES,
        cli.TENANT,
    )
    def add(self, given: Namespace) -> None:
        """Add an API; print its name and id. No client may call it yet."""
        draft = ApiDraft(
            name=given.name,
            identifier=given.identifier,
            description=given.description,
            scopes=_scopes(given.scopes),
        )
        actor = cli.actor_in(cli.tenant_of(given.tenant))
        api = add_api(draft, actor=actor, now=cli.now())
        sentence = f"API added: {api.name}\nId:        {api.pk}"
        self.tell(given, sentence, api_lines.shown_values(api))

    @cli.subcommand(
        API,
        cli.argument("--name", metavar="NAME"),
        cli.argument("--identifier", metavar="URI", help="requests must name it from now on"),
        cli.argument("--description", metavar="TEXT"),
        SCOPES,
        cli.repeated(
            "--remove-scope",
            "SCOPE",
            "removed_scopes",
            "take it from the API and from its clients; may be repeated",
        ),
        cli.TENANT,
    )
    def edit(self, given: Namespace) -> None:
        """Change an API: what is not named stays, and a scope gets its new description."""
        api = _api(given)
        was = drafts.draft_of(api)
        fields = {
            name: value
            for name in ("name", "identifier", "description")
            if (value := getattr(given, name)) is not None
        }
        scopes = {scope.name: scope for scope in (*was.scopes, *_scopes(given.scopes))}
        for name in given.removed_scopes:
            if scopes.pop(name, None) is None:
                raise NotFound("%(api)s has no scope %(name)s.", api=api.name, name=name)
        draft = replace(was, **fields, scopes=tuple(scopes.values()))
        actor, version = cli.actor_in(api.tenant), api.version
        edited = edit_api(api.pk, draft, expected_version=version, actor=actor, now=cli.now())
        state = "as it was" if edited.version == version else "changed"
        self.tell(given, f"{edited.name} is {state}.", api_lines.shown_values(edited))

    @cli.subcommand(
        API,
        cli.argument("--confirm", metavar="NAME", help="the API's name, if clients may call it"),
        cli.TENANT,
    )
    def remove(self, given: Namespace) -> None:
        """Remove an API and take it from all clients that may call it."""
        api = _api(given)
        seen, callers = callers_stamp(api), callers_of(api)
        if given.confirm != api.name and callers.exists():
            raise PortalError(
                "Clients may call it: %(clients)s. To remove it and take it from all of them, "
                "enter its name with --confirm: %(name)s.",
                clients=names_of(callers),
                name=api.name,
            )
        remove_api(api.pk, seen=seen, actor=cli.actor_in(api.tenant), now=cli.now())
        self.tell(given, f"{api.name} is removed. Its Identifier stays with this tenant.")

    @cli.subcommand(
        API,
        cli.CLIENT,
        SCOPES,
        cli.flag("--all-scopes", "all that the API has now"),
        cli.flag("--default", "of requests that name neither an API nor a scope"),
        cli.TENANT,
    )
    def allow(self, given: Namespace) -> None:
        """Let a client call an API, with exactly these scopes; the built-in API has no choice."""
        api, client = _api(given), cli.client_of(given)
        names = api.scope_names() if given.all_scopes else given.scopes
        was = draft_of(client)
        draft = replace(was, built_in=True)
        if not api.is_built_in:
            draft = replace(was, apis={**was.apis, api.pk: frozenset(names)})
        elif given.scopes:
            raise PortalError("A client may have all scopes of the built-in API, or none.")
        if given.default:
            draft = replace(draft, default_api_id=api.pk)
        client = _save(client, draft)
        self.tell(given, f"{client.name} may call {api.name}.", *may_call_values(client))

    @cli.subcommand(API, cli.CLIENT, cli.TENANT)
    def disallow(self, given: Namespace) -> None:
        """Let a client no longer call an API."""
        api, client = _api(given), cli.client_of(given)
        was = draft_of(client)
        draft = MayCallDraft(
            built_in=was.built_in and not api.is_built_in,
            apis={one: names for one, names in was.apis.items() if one != api.pk},
            default_api_id=was.default_api_id if was.default_api_id != api.pk else None,
        )
        client = _save(client, draft)
        self.tell(given, f"{client.name} may not call {api.name}.", *may_call_values(client))

    @cli.subcommand(
        API,
        cli.repeated(
            "--client",
            "CLIENT",
            "clients",
            "its Client Id or name; may be repeated; without any, no client may",
        ),
        cli.TENANT,
    )
    def introspectors(self, given: Namespace) -> None:
        """Let exactly these clients ask about tokens for an API."""
        api = _api(given)
        ids = frozenset(find_client(api.tenant_id, text).pk for text in given.clients)
        actor, version = cli.actor_in(api.tenant), api.version
        api = set_introspectors(api.pk, ids, expected_version=version, actor=actor, now=cli.now())
        names = names_of(api.introspectors.order_by("name_key"))
        sentence = f"{names or 'No client'} may ask about tokens for {api.name}."
        self.tell(given, sentence, api_lines.shown_values(api))

    @cli.subcommand(
        cli.CLIENT,
        cli.flag("--remove", "take it from the client"),
        cli.TENANT,
    )
    def unused(self, given: Namespace) -> None:
        """List what a client may call and has not asked for in 90 days."""
        client, moment = cli.client_of(given), cli.now()
        preview = unused_of(client, now=moment)
        lines = losses_lines(preview)
        if given.remove:
            actor = cli.actor_in(client.tenant)
            remove_unused(client, expected_version=client.version, actor=actor, now=moment)
            lines += f"\n{client.name} may no longer call it." if preview.losses else ""
        self.tell(given, lines, *losses_values(preview))


def _api(given: Namespace) -> Api:
    return find_api(cli.tenant_of(given.tenant).pk, given.api)


def _save(client: Client, draft: MayCallDraft) -> Client:
    actor, version = cli.actor_in(client.tenant), client.version
    return set_may_call(client, draft, expected_version=version, actor=actor, now=cli.now())


def _scopes(texts: Iterable[str]) -> tuple[ScopeDraft, ...]:
    """Return scopes of options such as "read Read orders": the first word is the scope."""
    words = (text.strip().partition(" ") for text in texts)
    return tuple(ScopeDraft(name=name, description=rest) for name, _, rest in words)
