"""Whether the tables of the database belong to this version of the portal."""

from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

_OF_0_1_0: Final = ("clients_app", "0002_append_only")  # today's 0001_initial has the same name


def refuse_other_versions() -> None:
    """Raise ImproperlyConfigured for tables of a newer version, or of one that is too old.

    Such tables take what this version writes for something else, or refuse it later.
    Source: DEP-12.
    """
    known = MigrationLoader(None).disk_migrations or {}
    unknown = sorted(set(MigrationRecorder(connection).applied_migrations()) - set(known))
    if _OF_0_1_0 in unknown:
        raise ImproperlyConfigured(
            f"The database was made by version 0.1.0 and cannot be used by {settings.VERSION}; "
            "start with an empty DATA_DIR or an empty PostgreSQL database, or run 0.1.0."
        )
    if unknown:
        raise ImproperlyConfigured(
            f"The database was changed by a newer version than {settings.VERSION} "
            f"({'.'.join(unknown[-1])}); run that version, or restore the backup from before."
        )
