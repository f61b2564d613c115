#!/usr/bin/env python
"""Django's command line; it finds the database and the key of `make run` by itself."""

import os
import sys


def main() -> None:
    """Run one command; what the operator can mend is said in one sentence, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:  # of Django's own commands; ours say it themselves
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"The database cannot be used ({reason}); check DATABASE_URL and DATA_DIR.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
