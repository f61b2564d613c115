"""Which clients may ask about the tokens of others, and which tokens were revoked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0004_last_token_ends_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='RevokedToken',
            fields=[
                ('jti', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('revoked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name='client',
            name='may_introspect',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='client',
            constraint=models.CheckConstraint(condition=models.Q(('may_introspect', False), models.Q(('client_type', 'authorization-code'), _negated=True), _connector='OR'), name='client_introspects_with_a_secret'),
        ),
        migrations.AddField(
            model_name='revokedtoken',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revoked_tokens', to='clients_app.client'),
        ),
    ]
