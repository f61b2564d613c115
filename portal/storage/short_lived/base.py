"""The backend: makes the file and its tables wherever they are missing, so that migrations, and
whoever deletes the file while the portal runs, need not know of it."""

import os
from typing import Any

from django.apps import apps
from django.db.backends.sqlite3 import base

from clients_app.models.short_lived import NAMES

_Django: Any = base.DatabaseWrapper  # its stubs do not know the methods that are overridden


class DatabaseWrapper(_Django):
    """Django's SQLite, for a file that need not exist."""

    def ensure_connection(self) -> None:
        """Connect, also where the file that this thread is connected to was deleted."""
        if (
            self.connection is not None
            and not self.in_atomic_block
            and not os.path.exists(self.settings_dict["NAME"])
        ):
            self.close()
        super().ensure_connection()

    def init_connection_state(self) -> None:
        """Make the tables."""
        super().init_connection_state()
        editor = self.SchemaEditorClass(self, atomic=False)
        for name in sorted(NAMES):
            statement, _ = editor.table_sql(apps.get_model("clients_app", name))
            make = statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
            self.connection.execute(make)
