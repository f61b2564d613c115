"""`manage.py clients`: lists and shows clients, adds and changes them, rotates their secrets."""

from argparse import Namespace

from django.db import transaction

from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.client_lines import (
    client_lines,
    client_row,
    client_table,
    client_values,
    shown_values,
)
from clients_app.management.client_options import (
    ADDED,
    EDITED,
    edited_draft,
    kept_secrets,
    new_draft,
)
from clients_app.management.credential_options import IDENTITY, KEY, first_draft
from clients_app.management.named import people_named
from clients_app.management.output import all_or_nothing
from clients_app.management.secret_lines import created_lines
from clients_app.management.secret_options import (
    NEW_SECRET,
    OLD_ENDS,
    TO_KEY,
    in_words,
    key_in,
    old_end,
    only_secret,
    secret_draft,
)
from clients_app.models import Client
from clients_app.selectors.clients.filters import FOUND_BY, clients_of
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.services.clients.edits import edit_client, set_enabled
from clients_app.services.clients.owners import set_owners
from clients_app.services.clients.registration import register_client
from clients_app.services.clients.removal import remove_client, restore_client
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import hashed_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.tokens.revocation import end_tokens

_READ_AT_ONCE = 500  # clients


class Command(cli.PortalCommand):
    help = "Lists, shows, adds, edits, removes and restores clients; rotates a secret."

    @cli.reading(
        cli.argument(
            "--show",
            choices=[show.value for show in Show if show],
            default=Show.ALL.value,
            help="only the clients that Show in the portal would list",
        ),
        cli.argument("--filter", default="", metavar="TEXT", dest="q", help=str(FOUND_BY)),
        cli.TENANT,
    )
    def list(self, given: Namespace) -> None:
        """List the clients with their state, by name."""
        tenant, moment = cli.tenant_of(given.tenant), cli.now()
        clients = clients_of(tenant.pk, show=Show(given.show), q=given.q, now=moment)
        clients = clients.order_by("name_key", "pk")
        if given.json:
            clients = clients.prefetch_related("roles", "tags", "urls")
            for client in clients.iterator(_READ_AT_ONCE):
                self.print_json(client_values(client, now=moment))
            return
        table = client_table(self.stdout.write)
        for client in clients.iterator():
            table.row(*client_row(client, now=moment))

    @cli.reading(cli.CLIENT, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show a client: its state, its roles and its credentials, without secret texts."""
        client, moment = cli.client_of(given), cli.now()
        secrets = listed_secrets(client, now=moment)
        lines = client_lines(client, secrets, now=moment)
        self.tell(given, lines, shown_values(client, secrets, now=moment))

    @cli.subcommand(
        cli.NAME,
        *ADDED,
        cli.argument("--secret-description", default="", metavar="TEXT"),
        *KEY,
        *IDENTITY,
        *NEW_SECRET,
    )
    def add(self, given: Namespace) -> None:
        """Add a client; print its id and its secret, once, if it comes with one."""
        tenant, moment = cli.tenant_of(given.tenant), cli.now()
        draft = new_draft(given, tenant)
        first = first_draft(given, tenant, moment) if draft.type.has_secrets else None
        is_secret = isinstance(first, SecretDraft)
        hashed = hashed_secret() if is_secret else None  # others wait for what is within
        with all_or_nothing():
            created = register_client(
                draft,
                first,
                actor=cli.actor_in(tenant),
                now=moment,
                owner_ids=people_named(cli.entered(given.owners or ()), tenant=tenant),
                hashed=hashed,
            )
            self.stdout.write(
                created_lines(created.client, created.secret, created.plain, as_json=given.json)
            )

    @cli.subcommand(cli.CLIENT, *EDITED, cli.TENANT)
    def edit(self, given: Namespace) -> None:
        """Change a client: what is not named stays; an empty text empties a field."""
        client, moment = cli.client_of(given), cli.now()
        actor = cli.actor_in(client.tenant)
        with transaction.atomic():
            edited = edit_client(
                client,
                edited_draft(given, client),
                expected_version=client.version,
                actor=actor,
                now=moment,
                kept_secrets=kept_secrets(given, client),
            )
            if given.owners is not None:
                owners = people_named(cli.entered(given.owners), tenant=client.tenant)
                edited = set_owners(edited, owners, expected_version=None, actor=actor, now=moment)
        state = "as it was" if edited.version == client.version else "changed"
        self.tell(given, f"{edited.name} is {state}.", client_values(edited, now=moment))

    @cli.subcommand(
        cli.CLIENT,
        cli.argument(
            "--secret",
            type=int,
            metavar="ID",
            help="the secret to replace (the cred claim of its tokens); required if it has several",
        ),
        OLD_ENDS,
        cli.argument("--remove", type=int, metavar="ID", help="the secret to remove if it has ten"),
        cli.argument("--secret-description", "--description", default="", metavar="TEXT"),
        TO_KEY,
        *NEW_SECRET,
    )
    def rotate(self, given: Namespace) -> None:
        """Give a client a new secret, printed once; the old one ends after a while."""
        key = key_in(given.to_key)
        client, moment, hashed = cli.client_of(given), cli.now(), hashed_secret()
        with all_or_nothing():
            rotated = rotate_secret(
                client,
                given.secret or only_secret(client, moment),
                secret_draft(given, client.tenant, moment),
                old_ends_at=old_end(given.old_ends, moment),
                remove_id=given.remove,
                actor=cli.actor_in(client.tenant),
                now=moment,
                hashed=hashed,
                public_key=key,
            )
            new, sealed = rotated.secret, rotated.sealed
            self.stdout.write(
                created_lines(client, new, rotated.plain, as_json=given.json, sealed=sealed)
            )
            if not given.json:
                ends = in_words(rotated.old.expires_at)
                self.stdout.write(f"The old secret {rotated.old} ends at {ends}.")

    @cli.subcommand(cli.CLIENT, cli.TENANT)
    def disable(self, given: Namespace) -> None:
        """Disable a client: it can request no tokens until it is enabled again."""
        client = _set_enabled(given, enabled=False)
        sentence = f"{client.name} is disabled. It can request no tokens."
        self.tell(given, sentence, client_values(client, now=cli.now()))

    @cli.subcommand(cli.CLIENT, cli.TENANT)
    def enable(self, given: Namespace) -> None:
        """Enable a client that was disabled."""
        client = _set_enabled(given, enabled=True)
        self.tell(given, f"{client.name} is enabled.", client_values(client, now=cli.now()))

    @cli.subcommand(
        cli.CLIENT,
        cli.argument(
            "--confirm",
            required=True,
            metavar="NAME",
            help="the client's name: its secrets, keys and identities are lost",
        ),
        cli.TENANT,
    )
    def remove(self, given: Namespace) -> None:
        """Remove a client with its secrets, keys and identities. It can be restored for 30 days."""
        client = cli.client_of(given)
        if given.confirm != client.name:
            raise PortalError("Enter the client's name with --confirm: %(name)s.", name=client.name)
        actor = cli.actor_in(client.tenant)
        remove_client(client, typed_name=given.confirm, actor=actor, now=cli.now())
        can = "It can be restored for 30 days, without its secrets, keys and identities."
        self.tell(given, f"{client.name} is removed. {can}")

    @cli.subcommand(
        cli.CLIENT_ID,
        cli.argument("--name", metavar="NAME", help="another one, if its own was taken meanwhile"),
        cli.TENANT,
    )
    def restore(self, given: Namespace) -> None:
        """Restore a client that was removed in the last 30 days: disabled, without secrets."""
        moment, actor = cli.now(), cli.actor_in(cli.tenant_of(given.tenant))
        client_id = cli.client_id_of(given.client_id)
        client = restore_client(client_id, name=given.name, actor=actor, now=moment)
        sentence = (
            f"{client.name} is restored, disabled and without secrets. Run `manage.py secrets add` "
            "and `manage.py clients enable`."
        )
        self.tell(given, sentence, client_values(client, now=moment))

    @cli.subcommand(cli.CLIENT, cli.TENANT)
    def end_tokens(self, given: Namespace) -> None:
        """End all tokens that a client holds."""
        client, moment = cli.client_of(given), cli.now()
        end_tokens(client, actor=cli.actor_in(client.tenant), now=moment)
        sentence = (
            f"All tokens of {client.name} are revoked for APIs that introspect them.\n"
            "APIs that only check the signature accept them for up to an hour."
        )
        self.tell(given, sentence, client_values(client, now=moment))


def _set_enabled(given: Namespace, *, enabled: bool) -> Client:
    client = cli.client_of(given)
    return set_enabled(client, enabled=enabled, actor=cli.actor_in(client.tenant), now=cli.now())
