"""Routes ``models/short_lived`` to their own database, if there is one (SQLite)."""

from typing import Any

from django.db import connections, models

from clients_app.models.short_lived import ALIAS, NAMES


class Router:
    """Django's database router."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        is_short_lived = model._meta.app_label == "clients_app" and model._meta.model_name in NAMES
        return ALIAS if is_short_lived and ALIAS in connections else None

    db_for_write = db_for_read

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        is_short_lived = app_label == "clients_app" and model_name in NAMES
        return is_short_lived == (db == ALIAS) if ALIAS in connections else None
