"""Databases that `restore` and `move-database` may fill."""

from django.db import connection

from clients_app.errors import PortalError
from clients_app.management.schema import refuse_other_versions
from clients_app.services.backups import tables
from portal.server.first_start import prepare_tables


def prepare_empty_database() -> None:
    """Make the tables of this version in a database that has none, or none with rows.

    Errors: PortalError; ImproperlyConfigured for tables of another version.
    """
    found = set(connection.introspection.table_names())
    own = {table._meta.db_table for table in tables.tables()}
    ours = {"django_migrations", *connection.introspection.django_table_names()}
    if found - ours:
        sentence = (
            "The database has tables of another program. Nothing was changed. "
            "Name an empty database."
        )
        raise PortalError(sentence)
    if own <= found:
        refuse_other_versions()
        tables.refuse_rows()
    prepare_tables()
