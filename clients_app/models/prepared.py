"""Queries that Django compiles once, not each time: for the simple ones that every call of the REST
API makes, compiling takes ten times as long as running them."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet, UUIDField

Row = tuple[Any, ...]


class Argument(Expression):
    """A value that is given when the query runs; never None."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [self]

    def stored(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return ``value`` as the driver takes it."""
        return self.output_field.get_db_prep_value(value, connection)


class Ids(Argument):
    """A list of ids, for ``pk__in``."""

    def __init__(self, name: str) -> None:
        super().__init__(name, UUIDField())

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        if connection.vendor == "postgresql":
            return "(SELECT unnest(%s::uuid[]))", [self]
        return "(SELECT value FROM json_each(%s))", [self]

    def stored(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        ids = [self.output_field.get_db_prep_value(one, connection) for one in value]
        return ids if connection.vendor == "postgresql" else json.dumps(ids)


class _Plan(NamedTuple):
    sql: str
    params: list[Any]  # some are an ``Argument``
    converters: list[tuple[int, list[Any], Any]]  # of columns, by their position


class Prepared:
    """The rows of a ``values_list`` with Arguments."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._build = build
        self._plans: Final[dict[str, _Plan]] = {}  # by database

    def rows(self, **given: Any) -> list[Row]:
        """Return the rows with these values of the Arguments."""
        connection = connections[DEFAULT_DB_ALIAS]
        plan = self._plans.get(connection.vendor)
        if plan is None:
            plan = self._plans[connection.vendor] = _plan_of(self._build(), connection)
        params = [
            one.stored(given[one.name], connection) if isinstance(one, Argument) else one
            for one in plan.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            found = cursor.fetchall()
        return _converted(found, plan.converters, connection)


def _plan_of(queryset: "QuerySet[Any, Any]", connection: Any) -> _Plan:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    converters = [
        (position, convert, column)
        for position, (convert, column) in compiler.get_converters(columns).items()
    ]
    return _Plan(sql, list(params), converters)


def _converted(
    rows: Iterable[Row], converters: list[tuple[int, list[Any], Any]], connection: Any
) -> list[Row]:
    """Return the rows with what the driver returns converted, each value of a column once."""
    found = [list(row) for row in rows]
    for position, convert, column in converters:
        known: dict[Any, Any] = {}
        for row in found:
            stored = row[position]
            if stored not in known:
                value = stored
                for one in convert:
                    value = one(value, column, connection)
                known[stored] = value
            row[position] = known[stored]
    return [tuple(row) for row in found]
