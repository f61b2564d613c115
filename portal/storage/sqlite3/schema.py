"""Changes of tables: the triggers of a table stay, although SQLite has to copy it."""

from typing import Any

from django.db.backends.sqlite3 import schema
from django.db.models import Model

_TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
_Django: Any = schema.DatabaseSchemaEditor  # the stubs lack the overridden method


class DatabaseSchemaEditor(_Django):
    """Django drops the original and renames the copy, which has none of its triggers."""

    def _remake_table(self, model: type[Model], *args: Any, **kwargs: Any) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(_TRIGGERS, [model._meta.db_table])
            triggers = [sql for (sql,) in cursor.fetchall()]
        super()._remake_table(model, *args, **kwargs)
        for trigger in triggers:
            self.execute(trigger, params=None)
