"""The database backend: creates the file and its tables when it connects, so that no migration is
needed and the file may be deleted while the portal runs."""

import os
from typing import Any

from django.apps import apps
from django.db.backends.sqlite3 import base

from clients_app.models.short_lived import NAMES

_Django: Any = base.DatabaseWrapper  # the stubs lack the overridden methods


class DatabaseWrapper(_Django):
    """Django's SQLite backend for a file that may be missing."""

    def ensure_connection(self) -> None:
        """Connect, again if the file was deleted."""
        if (
            self.connection is not None
            and not self.in_atomic_block
            and not os.path.exists(self.settings_dict["NAME"])
        ):
            self.close()
        super().ensure_connection()

    def init_connection_state(self) -> None:
        """Create the tables."""
        super().init_connection_state()
        editor = self.SchemaEditorClass(self, atomic=False)
        for name in sorted(NAMES):
            statement, _ = editor.table_sql(apps.get_model("clients_app", name))
            self.connection.execute(statement.replace("TABLE", "TABLE IF NOT EXISTS", 1))
