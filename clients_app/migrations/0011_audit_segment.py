"""Events leave their table in sealed segments alone."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from clients_app.models import append_only

EVENTS, SEGMENTS = ("clients_app_auditevent",), ("clients_app_auditsegment",)


def allow(apps: Any, schema_editor: Any) -> None:
    append_only.drop(schema_editor.connection, EVENTS)
    append_only.create(schema_editor.connection, EVENTS + SEGMENTS)


def forbid(apps: Any, schema_editor: Any) -> None:
    append_only.drop(schema_editor.connection, EVENTS + SEGMENTS)
    append_only.create(schema_editor.connection, EVENTS, has_segments=False)



class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0010_client_list'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_sequence', models.PositiveBigIntegerField()),
                ('last_sequence', models.PositiveBigIntegerField()),
                ('previous_digest', models.CharField(blank=True, max_length=64)),
                ('last_digest', models.CharField(max_length=64)),
                ('file_digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
                ('key_id', models.CharField(max_length=8)),
                ('mac', models.CharField(max_length=64)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='clients_app.tenant')),
            ],
            options={
                'ordering': ('first_sequence',),
                'constraints': [models.UniqueConstraint(fields=('tenant', 'first_sequence'), name='audit_segment_begins_once'), models.CheckConstraint(condition=models.Q(('last_sequence__gte', models.F('first_sequence'))), name='audit_segment_forward')],
            },
        ),
        migrations.RunPython(allow, forbid),
    ]
