"""`manage.py activity`: lists, exports, verifies and archives what happened."""

from argparse import Namespace
from datetime import timedelta
from itertools import islice
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from clients_app import audit
from clients_app.errors import NotFound, PortalError
from clients_app.http.json_models import activity_json
from clients_app.management import command_line as cli
from clients_app.management.activity_lines import activity_row, event_lines
from clients_app.models import AuditEvent
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.activity.events import TOP, all_activity
from clients_app.selectors.activity.filters import ActivityFilter, found_by
from clients_app.selectors.clients.lookup import find_client
from clients_app.selectors.tenants import installation
from clients_app.services.activity.archive import seal_segment
from clients_app.services.activity.export import FORMATS, export_activity

FILTER: Final = (
    cli.argument("--client", metavar="CLIENT", help="only what is about it: Client Id or name"),
    cli.repeated("--action", "ACTION", "actions", "such as client.added; may be repeated"),
    cli.argument("--outcome", choices=[AuditEvent.DONE, AuditEvent.REFUSED]),
    cli.argument(
        "--filter",
        default="",
        metavar="TEXT",
        dest="words",
        help="only what is about, or by, clients and people with such a name, or from an address",
    ),
    cli.argument("--days", type=int, default=30, metavar="DAYS", help="how far back; default: 30"),
)
REFUSED_TOKENS: Final = "token.refused"  # as ``activity_json`` calls the groups
NO_HEADS: Final = "DATA_DIR has no file of its heads, so a missing end would not be noticed"


class Command(cli.PortalCommand):
    help = "Lists, shows and exports Activity; verifies the audit chains; archives old events."

    @cli.reading(
        *FILTER,
        cli.argument(
            "--count", type=int, default=50, metavar="COUNT", help="how many at most; default: 50"
        ),
        cli.TENANT,
    )
    def list(self, given: Namespace) -> None:
        """List events and refused token requests, the newest first. Times are in UTC."""
        rows = islice(all_activity(_filter(given), TOP), given.count)
        columns = {"time": 16, "number": 6, "by": 20, "event": 0}
        self.list_rows(given, rows, activity_json, activity_row, **columns)

    @cli.reading(cli.argument("number", type=int, metavar="NUMBER"), cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show an event with each field that changed."""
        wanted = ActivityFilter(tenant_id=cli.tenant_of(given.tenant).pk, refusals=False)
        event = next(all_activity(wanted, TOP._replace(sequence=given.number + 1)), None)
        if not isinstance(event, AuditEvent) or event.sequence != given.number:
            sentence = "There is no event %(number)s, or it is in a sealed file."
            raise NotFound(sentence, number=given.number)
        self.tell(given, event_lines(event), activity_json(event))

    @cli.subcommand(
        *FILTER,
        cli.argument("--format", choices=[*FORMATS], default="jsonl", dest="chosen"),
        cli.TENANT,
        dry_run=False,
        json=False,
    )
    def export(self, given: Namespace) -> None:
        """Print all events and refused token requests; the export is an event of its own."""
        wanted = _filter(given)
        names = ("days", "client", "actions", "outcome", "words")
        given_filters = {name: getattr(given, name) for name in names if getattr(given, name)}
        query = urlencode(given_filters, doseq=True)
        actor = cli.actor_in(cli.tenant_of(given.tenant))
        pieces = export_activity(wanted, given.chosen, query=query, actor=actor, now=cli.now())
        for piece in pieces:
            self.stdout.write(piece, ending="")

    @cli.reading()
    def verify(self, given: Namespace) -> None:
        """Show the first event of each tenant that was changed, removed, added or moved."""
        broken = 0
        names = {tenant.pk: tenant.name for tenant in installation.tenants()}
        for tenant_id in (*names, *sorted(audit.chains() - names.keys())):
            fault = audit.first_fault(tenant_id)
            broken += fault is not None
            state = f"event {fault.sequence}: {fault.reason}" if fault else "whole"
            noted = audit.heads_are_noted(tenant_id)
            sentence = f"{names.get(tenant_id, tenant_id)}: {state}"
            values = {
                "TenantId": str(tenant_id),
                "Number": fault.sequence if fault else None,
                "Fault": fault.reason if fault else None,
                "HeadsAreNoted": noted,
            }
            self.tell(given, sentence if noted else f"{sentence}; {NO_HEADS}", values)
        if broken:
            raise PortalError("%(broken)s broken.", broken=broken)

    @cli.subcommand(
        cli.argument("--days", type=int, metavar="DAYS", help="age; default: ACTIVITY_KEEP_DAYS"),
        dry_run=False,
    )
    def seal(self, given: Namespace) -> None:
        """Move old events from the database to sealed files in DATA_DIR."""
        days = settings.ACTIVITY_KEEP_DAYS if given.days is None else given.days
        if days < 1:
            raise PortalError("Enter --days DAYS, at least 1, or set ACTIVITY_KEEP_DAYS.")
        before = cli.now() - timedelta(days=days)
        for tenant in installation.tenants():
            actor, sealed = cli.actor_in(tenant), False
            while segment := seal_segment(before=before, actor=actor, now=cli.now()):
                sealed = True
                numbers = {"First": segment.first_sequence, "Last": segment.last_sequence}
                values = {"TenantId": str(tenant.pk), **numbers}
                self.tell(given, f"{tenant.name}: events {segment} sealed", values)
            if not sealed:
                self.tell(given, f"{tenant.name}: no events are older than {days} days")


def _filter(given: Namespace) -> ActivityFilter:
    if given.days < 1:
        raise PortalError("Enter --days DAYS, at least 1.")
    tenant_id = cli.tenant_of(given.tenant).pk
    return ActivityFilter(
        tenant_id=tenant_id,
        since=cli.now() - timedelta(days=given.days),
        client_id=_client_id(tenant_id, given.client) if given.client else None,
        actions=tuple(given.actions) or None,
        outcome=given.outcome or "",
        refusals=given.outcome != AuditEvent.DONE
        and (not given.actions or REFUSED_TOKENS in given.actions),
        found=found_by(tenant_id, given.words) if given.words else None,
    )


def _client_id(tenant_id: UUID, text: str) -> UUID:
    """Return the id of a client, which may be removed if it is given by its id."""
    return parse_client_id(text) or find_client(tenant_id, text).pk
