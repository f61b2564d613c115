"""Reads the events of a tenant from the table, a hundred thousand a second.

Without model instances: one statement returns the columns as the canonical form spells them. That
form is built from them and compared, which is faster than parsing it.
"""

from collections.abc import Iterator
from json.encoder import encode_basestring as quoted
from typing import Any, Final
from uuid import UUID

from django.db import connection, models

from clients_app.models.audit_event import search_key_of

#: sequence, previous digest, digest, id of its key, canonical, whether its columns match that
Row = tuple[int, str, str, str, str, bool]

_PIECE: Final = 1000  # rows fetched at a time
_AT: Final = {
    "sqlite": "replace(at, ' ', 'T') || CASE length(at) WHEN 19 THEN '.000000' ELSE '' END "
    "|| '+00:00'",
    "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')",
}
_CLIENT_ID: Final = {
    "sqlite": "substr(client_id, 1, 8) || '-' || substr(client_id, 9, 4) || '-' || "
    "substr(client_id, 13, 4) || '-' || substr(client_id, 17, 4) || '-' || substr(client_id, 21)",
    "postgresql": "client_id::text",
}
_SELECT: Final = """
SELECT sequence, previous_digest, digest, chain_key_id, canonical, {at}, actor_kind, actor_id,
  actor_name, action, outcome, {client_id}, object_kind, object_id, object_name, address,
  operation_id, search_key
FROM clients_app_auditevent WHERE tenant_id = %s AND sequence BETWEEN %s AND %s ORDER BY sequence
"""


def rows_of_table(tenant_id: UUID, *, first: int = 0, last: int) -> Iterator[Row]:
    """Return the events of a tenant from number ``first`` to ``last``, in order."""
    statement = _SELECT.format(at=_AT[connection.vendor], client_id=_CLIENT_ID[connection.vendor])
    key = models.UUIDField().get_db_prep_value(tenant_id, connection)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [key, first, last])
        while piece := cursor.fetchmany(_PIECE):
            yield from _compared(piece, str(tenant_id))


def _compared(piece: list[tuple[Any, ...]], tenant_id: str) -> Iterator[Row]:
    """Return the rows, each with whether ``chain.canonical`` gives this text for these columns.

    Between the columns are only "after" and "before", two objects whose values are no objects. So
    the columns must be at the start, at the end, and where "after" ends and "before" begins.
    """
    # fmt: off
    for (
        sequence, previous_digest, digest, key_id, canonical, at, actor_kind, actor_id, actor_name,
        action, outcome, client_id, object_kind, object_id, object_name, address, operation_id,
        search_key,
    ) in piece:
        # fmt: on
        start = (
            f'{{"action":{quoted(action)},"actor_id":{quoted(actor_id)},'
            f'"actor_kind":{quoted(actor_kind)},"actor_name":{quoted(actor_name)},'
            f'"address":{quoted(address)},"after":{{'
        )
        end = (
            f'}},"client_id":{quoted(client_id) if client_id else "null"},'
            f'"object_id":{quoted(object_id)},"object_kind":{quoted(object_kind)},'
            f'"object_name":{quoted(object_name)},"operation_id":{quoted(operation_id)},'
            f'"outcome":{quoted(outcome)},"sequence":{sequence},"tenant_id":"{tenant_id}"}}'
        )
        fits = (
            canonical.startswith(start)
            and canonical.endswith(end)
            and f'}},"at":"{at}","before":{{' in canonical
            and search_key == search_key_of(object_name, actor_name)
        )
        yield sequence, previous_digest, digest, key_id, canonical, fits
