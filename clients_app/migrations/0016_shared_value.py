"""A table of values that all workers share, of which nothing need survive a crash."""

from typing import Any

from django.db import migrations

from clients_app.models import passing_tables


def create(apps: Any, schema_editor: Any) -> None:
    passing_tables.create(schema_editor.connection, passing_tables.SHARED_VALUES)


def drop(apps: Any, schema_editor: Any) -> None:
    passing_tables.drop(schema_editor.connection, passing_tables.SHARED_VALUES)


class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0015_limits_kept'),
    ]

    operations = [
        migrations.RunPython(create, drop),
    ]
