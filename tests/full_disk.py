"""Makes the database refuse new audit events, as on a full disk."""

from django.db import connection


def refuse_events() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER full BEFORE INSERT ON clients_app_auditevent "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ALTER TABLE clients_app_auditevent "
                "ADD CONSTRAINT disk_full CHECK (sequence < 0) NOT VALID"
            )
