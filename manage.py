#!/usr/bin/env python
"""Django's command line, which also finds the database and the SECRET_KEY of `make run`."""

import gc
import logging
import os
import sys
from typing import NoReturn

from django import get_version
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, ManagementUtility, get_commands, load_command_class
from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError

from portal.new_installation import refuse_to_make_one
from portal.served_url import use_served_url
from portal.server.logs import Json
from portal.version import VERSION

#: Commands of Django that change rows without an event in the audit chain, and what to do instead
LEFT_OUT = {
    "changepassword": "run `manage.py people reset-link USERNAME`",
    "createsuperuser": "run `manage.py people add USERNAME --staff`",
    "flush": "start with an empty DATA_DIR or an empty database",
    "loaddata": "run `manage.py restore FILE`",
}


class PortalCommands(ManagementUtility):
    """Django's commands and ours, without LEFT_OUT; the help describes ours first."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return the command with this name; also for `manage.py help` with a name."""
        refuse_left_out(subcommand)
        command = super().fetch_command(subcommand.replace("-", "_"))
        gc.freeze()  # what is loaded by now stays
        gc.enable()
        return command

    def main_help_text(self, commands_only: bool = False) -> str:
        """Return the text of `manage.py --help`, or only the names of the commands."""
        for name in LEFT_OUT:
            get_commands().pop(name, None)
        text: str = super().main_help_text(commands_only)
        if commands_only or self.settings_exception:
            return text
        ours = [
            f"    {name.replace('_', '-'):<14} {load_command_class(app, name).help}"
            for name, app in sorted(get_commands().items())
            if app in {"clients_app", "portal.server"}
        ]
        return "\n".join(["", "Commands of the portal:", *ours, text])


def refuse_left_out(name: str) -> None:
    """Exit with a sentence if the command is one of LEFT_OUT."""
    if instead := LEFT_OUT.get(name):
        sys.exit(f"`{name}` would not be recorded in Activity; {instead} instead.")


def main() -> None:
    """Run one command; errors that the operator can fix end it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    gc.disable()  # to look for garbage among what is loaded takes a tenth of the time
    try:
        if sys.argv[1:] in (["--version"], ["version"]):
            print(f"{VERSION} (Django {get_version()})")  # noqa: T201  what was asked for
            return
        refuse_left_out(" ".join(sys.argv[1:2]))
        refuse_to_make_one(sys.argv[1:])
        use_served_url(sys.argv[1:])
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
