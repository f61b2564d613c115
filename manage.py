#!/usr/bin/env python
"""Django's command line, which also finds the database and the SECRET_KEY of `make run`."""

import logging
import os
import sys
from typing import NoReturn

from django import get_version
from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility, get_commands, load_command_class
from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError

from portal.new_installation import refuse_to_make_one
from portal.server.logs import Json
from portal.version import VERSION


class PortalCommands(ManagementUtility):
    """Django's commands and ours; the help describes ours first."""

    def main_help_text(self, commands_only: bool = False) -> str:
        """Return the text of `manage.py --help`, or only the names of the commands."""
        text: str = super().main_help_text(commands_only)
        if commands_only or self.settings_exception:
            return text
        ours = [
            f"    {name:<10} {load_command_class(app, name).help}"
            for name, app in sorted(get_commands().items())
            if app in {"clients_app", "portal.server"}
        ]
        return "\n".join(["", "Commands of the portal:", *ours, text])


def main() -> None:
    """Run one command; errors that the operator can fix end it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        if sys.argv[1:] in (["--version"], ["version"]):
            print(f"{VERSION} (Django {get_version()})")  # noqa: T201  what was asked for
            return
        refuse_to_make_one(sys.argv[1:])
        PortalCommands(sys.argv).execute()
    except ImproperlyConfigured as error:
        leave(str(error))
    except DatabaseError as error:
        exit_because_of(error)


def exit_because_of(error: DatabaseError) -> NoReturn:
    """Exit with a sentence that says what to do; raise an error that only a bug can cause."""
    if isinstance(error, DataError | IntegrityError):
        raise error
    reason = str(error).strip().partition("\n")[0]
    if isinstance(error, ProgrammingError) or reason.startswith("no such"):
        leave(
            f"The database does not match this version ({reason}); "
            "run `make run` or `manage.py migrate` first."
        )
    leave(
        f"The database cannot be used ({reason}); "
        "check DATABASE_URL or DATA_DIR, and that the database server is running."
    )


def leave(sentence: str) -> NoReturn:
    """Exit with status 1; say why on standard error, as the log does where this is a server."""
    if sys.argv[1:2] in (["serve"], ["worker"]) and os.environ.get("LOG_FORMAT") == "json":
        facts = {"name": "clients_app.server", "levelno": logging.CRITICAL, "levelname": "CRITICAL"}
        sentence = Json().format(logging.makeLogRecord(facts | {"msg": sentence}))
    sys.exit(sentence)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
