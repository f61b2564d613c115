"""How SQLite carries out the queries of a read; its plans do not depend on the rows."""

from collections.abc import Callable
from typing import Any

from django.db import connection


def plan_of(read: Callable[[], object]) -> list[str]:
    """Return the lines of the plans that read a table, in order."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        read()
    lines = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            lines += [row[3] for row in cursor.fetchall()]
    return [line for line in lines if line.startswith(("SEARCH clients_app", "SCAN clients_app"))]
