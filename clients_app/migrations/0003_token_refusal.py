"""Refused token requests and their counts."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='TokenRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('unknown-secret', 'unknown secret'), ('secret-expired', 'secret expired'), ('secret-removed', 'secret removed'), ('client-disabled', 'client disabled'), ('client-removed', 'client removed'), ('unauthorized-client', 'grant type not for this client'), ('unsupported-grant-type', 'unknown grant type'), ('invalid-scope', 'scope not offered'), ('invalid-request', 'malformed request')], max_length=24)),
                ('day', models.DateField()),
                ('requests', models.PositiveIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('last_address', models.GenericIPAddressField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.client')),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.clientsecret')),
            ],
            options={
                'indexes': [models.Index(fields=['client', 'last_at'], name='token_refusal_of_client')],
                'constraints': [models.UniqueConstraint(models.F('client'), models.F('cause'), models.F('day'), django.db.models.functions.comparison.Coalesce('secret', 0), name='token_refusal_once_a_day')],
            },
        ),
    ]
