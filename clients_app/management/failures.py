"""How a command ends where the database does not let it go on."""

import sys
from typing import NoReturn

from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError


def end(error: DatabaseError) -> NoReturn:
    """End with one sentence that says what to do; raise what only a fault of ours can cause."""
    if isinstance(error, DataError | IntegrityError):
        raise error
    reason = str(error).strip().partition("\n")[0]
    if isinstance(error, ProgrammingError) or reason.startswith("no such"):
        sys.exit(
            f"The database is not of this version ({reason}); "
            "run `make run` or `manage.py migrate` first."
        )
    sys.exit(
        f"The database cannot be used ({reason}); "
        "check DATABASE_URL or DATA_DIR, and that the database server runs."
    )
