"""`manage.py doctor`: looks for what is wrong with this installation, and says what to mend."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any, Final

from django.db import Error as DatabaseError
from django.db import connection

from clients_app.management import command_line as cli
from clients_app.management.output import Output, prove_writable
from portal.server.checkup import contents, database, outside, own
from portal.server.checkup.findings import Check, Finding, State, error, findings_of

#: in the order of the report
_CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("settings", own.check_settings),
    ("database", database.check_database),
    ("migrations", database.check_migrations),
    ("clock", database.check_clock),
    ("keys", contents.check_keys),
    ("SECRET_KEY", contents.check_secret_key),
    ("audit chain", contents.check_chains),
    ("permissions", own.check_permissions),
    ("DATA_DIR", own.check_data_dir),
    ("disk", own.check_disk),
    ("cache", outside.check_cache),
    ("mail", outside.check_mail),
    ("webhook", outside.check_webhooks),
    ("worker", contents.check_worker),
    ("backups", own.check_backups),
)
_MEND_DATABASE: Final = (
    "Start the database server, and check DATABASE_URL or DATA_DIR; "
    "meanwhile token requests answer 503."
)
_MEND_FILE: Final = "Stop the server, keep the file, and restore a backup."


class Command(cli.PortalCommand):
    help = "Checks settings, keys, clock, database, files and servers; says what to mend."
    arguments = (cli.JSON,)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each finding; exit with status 1 if one is an error."""
        prove_writable()
        self.stdout = Output(sys.stdout)
        given, found = Namespace(**options), []
        for one in _findings():
            found.append(one.state)
            mend = f"\n         {one.mend}" if one.mend else ""
            values = {"About": one.about, "State": one.state.value, "Text": one.text}
            line = f"{one.state.value:<8} {one.about}: {one.text}{mend}"
            self.tell(given, line, values | {"Mend": one.mend or None})
        if State.ERROR in found:
            sys.exit(1)


def _findings() -> Iterator[Finding]:
    away = _reason_away()
    for about, check in _CHECKS:
        if about == "database" and away:
            is_damaged = "malformed" in away or "not a database" in away
            mend = _MEND_FILE if is_damaged else _MEND_DATABASE
            yield error("database", f"it does not answer: {away}", mend)
        else:
            yield from findings_of(about, check, is_away=bool(away))


def _reason_away() -> str:
    """Return why the database cannot be used; empty if it can."""
    try:
        database.answers()
    except DatabaseError as failed:
        connection.close()
        return str(failed).strip().partition("\n")[0]
    return ""
