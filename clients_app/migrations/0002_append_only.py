"""Audit events and issued Client Ids can be added, never changed or taken away."""

from typing import Any

from django.db import migrations

from clients_app.models import append_only


TABLES = ("clients_app_auditevent", "clients_app_issuedclientid")


def create(apps: Any, schema_editor: Any) -> None:
    append_only.create(schema_editor.connection, TABLES, has_segments=False)


def drop(apps: Any, schema_editor: Any) -> None:
    append_only.drop(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("clients_app", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
