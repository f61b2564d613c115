"""Public keys and federated identities of clients."""

import clients_app.models.short_lived
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from typing import Any

from django.db import migrations, models

# of refused assertions
CAUSES = (
    *("unknown-key", "wrong-claims", "wrong-audience"),
    *("wrong-time", "used-assertion", "bad-assertion"),
)


def unlog(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE clients_app_usedassertion SET UNLOGGED")


def forget_credentials(apps: Any, schema_editor: Any) -> None:
    """Going back, remove what 0.2.0 cannot read: it takes rows without a secret for others."""
    Notice = apps.get_model("clients_app", "Notice")
    Notice.objects.filter(secret=None).delete()
    SecretAddress = apps.get_model("clients_app", "SecretAddress")
    SecretAddress.objects.filter(secret=None).delete()
    TokenUsage = apps.get_model("clients_app", "TokenUsage")
    TokenUsage.objects.exclude(key=None, identity=None).delete()
    TokenRefusal = apps.get_model("clients_app", "TokenRefusal")
    TokenRefusal.objects.filter(cause__in=CAUSES).delete()
    Delivery = apps.get_model("clients_app", "Delivery")
    for one in Delivery.objects.exclude(secrets=[]):
        if not all("secret_id" in described for described in one.secrets):
            one.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='api',
            options={'verbose_name': 'API'},
        ),
        migrations.CreateModel(
            name='ClientKey',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('description_key', models.CharField(blank=True, editable=False, max_length=600)),
                ('expires_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=200)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_by', models.CharField(blank=True, max_length=200)),
                ('jwk', models.JSONField(null=True)),
                ('thumbprint', models.CharField(blank=True, max_length=43)),
                ('jwks_url', models.CharField(blank=True, max_length=2000)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='clients_app.client')),
                ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='successors', to='clients_app.clientkey')),
            ],
            options={
                'verbose_name': 'public key',
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['client', 'expires_at'], name='client_key_present')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('client', 'thumbprint', 'jwks_url'), name='client_key_unique'), models.CheckConstraint(condition=models.Q(models.Q(('jwk__isnull', True), ('thumbprint', ''), models.Q(('jwks_url', ''), _negated=True)), models.Q(('jwk__isnull', False), ('jwks_url', ''), models.Q(('thumbprint', ''), _negated=True)), _connector='OR'), name='client_key_is_key_or_url'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gt', models.F('created_at')), _connector='OR'), name='client_key_expires_after_creation'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('removed_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('thumbprint'), 43), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('jwks_url'), 2000)), name='clientkey_lengths')],
            },
        ),
        migrations.CreateModel(
            name='FederatedIdentity',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('description_key', models.CharField(blank=True, editable=False, max_length=600)),
                ('expires_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=200)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_by', models.CharField(blank=True, max_length=200)),
                ('preset', models.CharField(max_length=30)),
                ('issuer', models.CharField(max_length=2000)),
                ('jwks', models.JSONField(null=True)),
                ('audience', models.CharField(max_length=500)),
                ('subject_rule', models.CharField(max_length=500)),
                ('claim_rules', models.JSONField(default=dict)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='clients_app.client')),
            ],
            options={
                'verbose_name_plural': 'federated identities',
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['client', 'expires_at'], name='federated_identity_present')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('issuer', ''), _negated=True), models.Q(('audience', ''), _negated=True), models.Q(('subject_rule', ''), _negated=True)), name='federated_identity_is_complete'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gt', models.F('created_at')), _connector='OR'), name='federated_identity_expires_after_creation'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('removed_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('preset'), 30), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('issuer'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('audience'), 500), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('subject_rule'), 500)), name='federatedidentity_lengths')],
            },
        ),
        migrations.CreateModel(
            name='FetchedKeySet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=2000)),
                ('is_issuer', models.BooleanField()),
                ('jwks', models.JSONField(null=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('tried_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField()),
                ('failure', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='fetched_key_set_due')],
                'constraints': [models.UniqueConstraint(fields=('url', 'is_issuer'), name='fetched_key_set_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('url'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('failure'), 200)), name='fetchedkeyset_lengths')],
            },
        ),
        migrations.CreateModel(
            name='NearMiss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('is_signed', models.BooleanField(default=True)),
                ('address', models.GenericIPAddressField(null=True)),
                ('verdicts', models.JSONField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='near_misses', to='clients_app.client')),
                ('identity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.federatedidentity')),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['client', 'at'], name='near_miss_of_client')],
            },
        ),
        migrations.CreateModel(
            name='UsedAssertion',
            fields=[
                ('key', clients_app.models.short_lived.RowNumber(primary_key=True, serialize=False)),
                ('ends_at', models.BigIntegerField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='clientsecret',
            name='clientsecret_lengths',
        ),
        migrations.RemoveConstraint(
            model_name='tenant',
            name='tenant_lengths',
        ),
        migrations.RemoveConstraint(
            model_name='tokenusage',
            name='token_usage_without_secret_unique',
        ),
        migrations.AddField(
            model_name='client',
            name='accepts_token_endpoint_audience',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='client',
            name='demands_assertion_type',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='client',
            name='may_add_secrets',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='tenant',
            name='allowed_issuers',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='tenant',
            name='dangerous_rules_forbidden',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='tenant',
            name='new_secrets_forbidden',
            field=models.CharField(choices=[('off', 'off'), ('dry-run', 'dry-run'), ('on', 'on')], db_default='off', default='off', max_length=7),
        ),
        migrations.AlterField(
            model_name='notice',
            name='secret',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientsecret'),
        ),
        migrations.AlterField(
            model_name='secretaddress',
            name='secret',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='clients_app.clientsecret'),
        ),
        migrations.AlterField(
            model_name='tokenrefusal',
            name='cause',
            field=models.CharField(choices=[('no-secret', 'no client secret sent'), ('unknown-secret', 'unknown secret'), ('secret-expired', 'secret expired'), ('secret-removed', 'secret removed'), ('unknown-key', 'unknown key or wrong signature'), ('wrong-claims', 'claims of the assertion'), ('wrong-audience', 'audience of the assertion'), ('wrong-time', 'times of the assertion, or the clock'), ('used-assertion', 'assertion used before'), ('bad-assertion', 'malformed assertion'), ('client-disabled', 'client disabled'), ('client-removed', 'client removed'), ('unauthorized-client', 'grant type not for this client'), ('unsupported-grant-type', 'unknown grant type'), ('invalid-grant', 'code or refresh token not valid'), ('invalid-scope', 'scope not offered'), ('invalid-target', 'API not for this client'), ('invalid-request', 'malformed request')], max_length=24),
        ),
        migrations.AddConstraint(
            model_name='clientsecret',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('removed_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('tag_key_id'), 8), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('digest'), 120), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('last_four'), 4)), name='clientsecret_lengths'),
        ),
        migrations.AddConstraint(
            model_name='tenant',
            constraint=models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('alias'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('new_secrets_forbidden'), 7)), name='tenant_lengths'),
        ),
        migrations.AddConstraint(
            model_name='tenant',
            constraint=models.CheckConstraint(condition=models.Q(('new_secrets_forbidden__in', ['off', 'dry-run', 'on'])), name='tenant_new_secrets_forbidden_known'),
        ),
        migrations.AddField(
            model_name='alert',
            name='key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey'),
        ),
        migrations.AddField(
            model_name='notice',
            name='key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey'),
        ),
        migrations.AddField(
            model_name='secretaddress',
            name='key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey'),
        ),
        migrations.AddField(
            model_name='tokenrefusal',
            name='key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.clientkey'),
        ),
        migrations.AddField(
            model_name='tokenusage',
            name='key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='clients_app.clientkey'),
        ),
        migrations.AddConstraint(
            model_name='secretaddress',
            constraint=models.UniqueConstraint(fields=('key', 'address'), name='secret_address_of_key_unique'),
        ),
        migrations.AddField(
            model_name='notice',
            name='identity',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.federatedidentity'),
        ),
        migrations.AddField(
            model_name='tokenrefusal',
            name='identity',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.federatedidentity'),
        ),
        migrations.AddField(
            model_name='tokenusage',
            name='identity',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='clients_app.federatedidentity'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('key', 'expires_at', 'days'), name='notice_of_key_unique'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('identity', 'expires_at', 'days'), name='notice_of_identity_unique'),
        ),
        migrations.AddConstraint(
            model_name='tokenusage',
            constraint=models.UniqueConstraint(fields=('key', 'hour'), name='token_usage_of_key_unique'),
        ),
        migrations.AddConstraint(
            model_name='tokenusage',
            constraint=models.UniqueConstraint(fields=('identity', 'hour'), name='token_usage_of_identity_unique'),
        ),
        migrations.AddConstraint(
            model_name='tokenusage',
            constraint=models.UniqueConstraint(condition=models.Q(('identity', None), ('key', None), ('secret', None)), fields=('client', 'hour'), name='token_usage_without_secret_unique'),
        ),
        migrations.RunPython(unlog, migrations.RunPython.noop),
        migrations.RunPython(migrations.RunPython.noop, forget_credentials),
    ]
