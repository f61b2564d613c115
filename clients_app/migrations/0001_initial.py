"""All tables of the first release, with what Django cannot say: triggers,
and tables of PostgreSQL that nothing needs to survive a crash."""

import clients_app.models.defaults
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import uuid
from typing import Any

from django.conf import settings
from django.db import migrations, models

from clients_app.models import append_only, client_count
from clients_app.models.short_lived import NAMES


def create(apps: Any, schema_editor: Any) -> None:
    append_only.create(schema_editor.connection)
    client_count.create(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        for name in sorted(NAMES):
            schema_editor.execute(f"ALTER TABLE clients_app_{name} SET UNLOGGED")


def drop(apps: Any, schema_editor: Any) -> None:
    client_count.drop(schema_editor.connection)
    append_only.drop(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tenant',
            fields=[
                ('mutes_refused', models.BooleanField(db_default=False, default=False)),
                ('mutes_silent', models.BooleanField(db_default=False, default=False)),
                ('mutes_new_address', models.BooleanField(db_default=False, default=False)),
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('name_key', models.CharField(editable=False, max_length=600)),
                ('alias', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('secret_days_max', models.PositiveSmallIntegerField(null=True)),
                ('rotation_days', models.PositiveSmallIntegerField(null=True)),
                ('never_expires_allowed', models.BooleanField(db_default=True, default=True)),
                ('owner_required', models.BooleanField(db_default=False, default=False)),
                ('mfa_for_administrators', models.BooleanField(db_default=False, default=False)),
                ('machines_see_only_themselves', models.BooleanField(db_default=False, default=False)),
                ('dangerous_rules_forbidden', models.BooleanField(db_default=False, default=False)),
                ('allowed_issuers', models.JSONField(default=list)),
                ('new_secrets_forbidden', models.CharField(choices=[('off', 'off'), ('dry-run', 'dry-run'), ('on', 'on')], db_default='off', default='off', max_length=7)),
                ('notices_sent_on', models.DateField(null=True)),
                ('alerts_since', models.DateTimeField(null=True)),
                ('alerts_sent', models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name_key',), name='tenant_name_unique'), models.CheckConstraint(condition=models.Q(models.Q(('secret_days_max', None), ('secret_days_max__range', (1, 3650)), _connector='OR'), models.Q(('rotation_days', None), ('rotation_days__range', (1, 3650)), _connector='OR')), name='tenant_policy_range'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('alias'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('new_secrets_forbidden'), 7)), name='tenant_lengths'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='tenant_name_not_empty'), models.CheckConstraint(condition=models.Q(('new_secrets_forbidden__in', ['off', 'dry-run', 'on'])), name='tenant_new_secrets_forbidden_known')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=150)),
                ('username_key', models.CharField(editable=False, max_length=450, unique=True)),
                ('name', models.CharField(blank=True, max_length=150)),
                ('name_key', models.CharField(blank=True, editable=False, max_length=450)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('email_key', models.CharField(editable=False, max_length=762, null=True, unique=True)),
                ('time_zone', models.CharField(blank=True, max_length=64)),
                ('theme', models.CharField(choices=[('system', 'System'), ('light', 'Light'), ('dark', 'Dark')], default='system', max_length=6)),
                ('has_shortcuts', models.BooleanField(default=True)),
                ('has_dense_rows', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('access_version', models.PositiveIntegerField(default=1)),
                ('guessed_at', models.DateTimeField(null=True)),
                ('must_mail_guesses', models.BooleanField(default=False)),
                ('invitation_ends_at', models.DateTimeField(null=True)),
                ('must_mail_invitation', models.BooleanField(default=False)),
                ('invitation_problem', models.CharField(blank=True, max_length=200)),
                ('first_signed_in_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='clients_app.tenant')),
            ],
            options={
                'verbose_name_plural': 'people',
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('password'), 128), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('username'), 150), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('username_key'), 450), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 150), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 450), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('email'), 254), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('email_key'), 762), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('time_zone'), 64), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('theme'), 6), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('invitation_problem'), 200)), name='person_lengths'), models.CheckConstraint(condition=models.Q(('username', ''), _negated=True), name='person_username_not_empty'), models.CheckConstraint(condition=models.Q(('theme__in', ['system', 'light', 'dark'])), name='person_theme_known')],
            },
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('mutes_refused', models.BooleanField(db_default=False, default=False)),
                ('mutes_silent', models.BooleanField(db_default=False, default=False)),
                ('mutes_new_address', models.BooleanField(db_default=False, default=False)),
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('client_type', models.CharField(choices=[('client-credentials', 'Client-Credentials'), ('authorization-code', 'Authorization Code'), ('hybrid', 'Hybrid')], max_length=18)),
                ('name', models.CharField(max_length=200)),
                ('name_key', models.CharField(editable=False, max_length=600)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('contact', models.CharField(blank=True, max_length=200)),
                ('is_enabled', models.BooleanField(default=True)),
                ('token_lifetime_s', models.PositiveIntegerField(default=3600)),
                ('allow_refresh_token', models.BooleanField(default=False)),
                ('client_uri', models.CharField(blank=True, max_length=2000)),
                ('logo_uri', models.CharField(blank=True, max_length=2000)),
                ('skips_consent', models.BooleanField(db_default=False, default=False)),
                ('may_introspect', models.BooleanField(db_default=False, default=False)),
                ('may_rotate_own_secrets', models.BooleanField(db_default=False, default=False)),
                ('demands_assertion_type', models.BooleanField(db_default=False, default=False)),
                ('accepts_token_endpoint_audience', models.BooleanField(db_default=False, default=False)),
                ('may_add_secrets', models.BooleanField(db_default=False, default=False)),
                ('may_call_built_in', models.BooleanField(db_default=True, default=True)),
                ('may_call_others', models.BooleanField(db_default=False, default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('tokens_not_before', models.DateTimeField(null=True)),
                ('last_token_at', models.DateTimeField(null=True)),
                ('last_token_expires_at', models.DateTimeField(null=True)),
                ('last_refused_at', models.DateTimeField(null=True)),
                ('next_expires_at', models.DateTimeField(null=True)),
                ('last_expires_at', models.DateTimeField(null=True)),
                ('never_expires', models.BooleanField(default=False)),
                ('has_owner', models.BooleanField(default=False)),
                ('first_role_key', models.CharField(blank=True, max_length=180)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=200)),
                ('updated_at', models.DateTimeField()),
                ('updated_by', models.CharField(max_length=200)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_by', models.CharField(blank=True, max_length=200)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clients', to='clients_app.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', 'removed_at', 'client_type', 'name_key', 'is_enabled', 'last_token_at', 'last_refused_at', 'created_at', 'next_expires_at', 'last_expires_at', 'never_expires', 'has_owner', 'first_role_key', 'may_call_built_in', 'may_call_others', 'id'], name='client_listed'), models.Index(condition=models.Q(('last_refused_at__isnull', False)), fields=['tenant', 'removed_at', 'client_type', 'last_refused_at'], name='client_refused'), models.Index(condition=models.Q(('next_expires_at__isnull', False)), fields=['tenant', 'removed_at', 'client_type', 'next_expires_at', 'last_expires_at', 'id'], name='client_expiring'), models.Index(condition=models.Q(('never_expires', False)), fields=['tenant', 'removed_at', 'client_type', 'last_expires_at', 'never_expires'], name='client_secretless'), models.Index(condition=models.Q(('has_owner', False)), fields=['tenant', 'removed_at', 'client_type', 'has_owner'], name='client_unowned'), models.Index(fields=['tenant', 'removed_at', 'client_type', 'last_token_at', 'created_at'], name='client_unused')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('tenant', 'name_key'), name='client_name_unique'), models.CheckConstraint(condition=models.Q(('token_lifetime_s__range', (60, 3600))), name='client_token_lifetime_range'), models.CheckConstraint(condition=models.Q(('may_introspect', False), ('client_type__in', ['client-credentials', 'hybrid']), _connector='OR'), name='client_type_may_introspect'), models.CheckConstraint(condition=models.Q(('may_rotate_own_secrets', False), ('client_type__in', ['client-credentials']), _connector='OR'), name='client_type_may_rotate_own_secrets'), models.CheckConstraint(condition=models.Q(('allow_refresh_token', False), ('client_type__in', ['authorization-code', 'hybrid']), _connector='OR'), name='client_type_may_refresh'), models.CheckConstraint(condition=models.Q(models.Q(('client_uri', ''), ('logo_uri', ''), ('skips_consent', False)), ('client_type__in', ['authorization-code', 'hybrid']), _connector='OR'), name='client_type_signs_people_in'), models.CheckConstraint(condition=models.Q(('id', uuid.UUID('00000000-0000-0000-0000-000000000000')), _negated=True), name='client_id_not_nil'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('client_type'), 18), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 500), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('contact'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('client_uri'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('logo_uri'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('first_role_key'), 180), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('updated_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('removed_by'), 200)), name='client_lengths'), models.CheckConstraint(condition=models.Q(('client_type__in', ['client-credentials', 'authorization-code', 'hybrid'])), name='client_client_type_known'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='client_name_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='ClientSecret',
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
                ('tag', models.BinaryField(max_length=32)),
                ('tag_key_id', models.CharField(max_length=8)),
                ('digest', models.CharField(max_length=120)),
                ('last_four', models.CharField(max_length=4)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='clients_app.client')),
                ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='successors', to='clients_app.clientsecret')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['client', 'expires_at', 'created_at'], name='secret_present')],
                'constraints': [models.CheckConstraint(condition=models.Q(('digest__startswith', '$argon2id$')), name='secret_digest_is_argon2id'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('tag'), 32), django.db.models.lookups.Exact(django.db.models.functions.text.Length('last_four'), 4)), name='secret_tag_and_last_four'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gt', models.F('created_at')), _connector='OR'), name='secret_expires_after_creation'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('removed_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('tag_key_id'), 8), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('digest'), 120), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('last_four'), 4)), name='clientsecret_lengths')],
            },
        ),
        migrations.CreateModel(
            name='Api',
            fields=[
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('name_key', models.CharField(editable=False, max_length=600)),
                ('custom_identifier', models.CharField(blank=True, max_length=250)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=200)),
                ('updated_at', models.DateTimeField()),
                ('updated_by', models.CharField(max_length=200)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='apis', to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name_key'), name='api_name_unique'), models.UniqueConstraint(condition=models.Q(('custom_identifier', ''), _negated=True), fields=('custom_identifier',), name='api_identifier_unique'), models.CheckConstraint(condition=models.Q(models.Q(('custom_identifier', ''), ('id', models.F('tenant'))), models.Q(models.Q(('custom_identifier', ''), _negated=True), models.Q(('id', models.F('tenant')), _negated=True)), _connector='OR'), name='built_in_api_has_the_id_of_its_tenant'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('custom_identifier'), 250), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 500), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('updated_by'), 200)), name='api_lengths'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='api_name_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveBigIntegerField()),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.CharField(max_length=36)),
                ('actor_name', models.CharField(max_length=200)),
                ('action', models.CharField(max_length=60)),
                ('outcome', models.CharField(max_length=10)),
                ('client_id', models.UUIDField(null=True)),
                ('object_kind', models.CharField(max_length=20)),
                ('object_id', models.CharField(max_length=36)),
                ('object_name', models.CharField(max_length=200)),
                ('search_key', models.TextField(blank=True)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('operation_id', models.CharField(blank=True, max_length=36)),
                ('canonical', models.TextField()),
                ('previous_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('chain_key_id', models.CharField(max_length=8)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='clients_app.tenant')),
            ],
            options={
                'ordering': ('-sequence',),
                'indexes': [models.Index(fields=['tenant', 'client_id', 'sequence'], name='audit_client_id'), models.Index(fields=['tenant', 'actor_id', 'sequence'], name='audit_actor_id'), models.Index(fields=['tenant', 'object_id', 'sequence'], name='audit_object_id'), models.Index(fields=['tenant', 'action', 'sequence'], name='audit_action'), models.Index(fields=['tenant', 'outcome', 'sequence'], name='audit_outcome'), models.Index(fields=['tenant', 'address', 'sequence'], name='audit_address'), models.Index(fields=['tenant', 'at', 'sequence'], name='audit_at')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'sequence'), name='audit_sequence_unique')],
            },
        ),
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
                'constraints': [models.UniqueConstraint(fields=('tenant', 'first_sequence'), name='audit_segment_unique'), models.CheckConstraint(condition=models.Q(('last_sequence__gte', models.F('first_sequence'))), name='audit_segment_order')],
            },
        ),
        migrations.CreateModel(
            name='Authorization',
            fields=[
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('scope', models.TextField(blank=True)),
                ('auth_time', models.DateTimeField()),
                ('amr', models.CharField(blank=True, max_length=60)),
                ('acr', models.CharField(blank=True, max_length=60)),
                ('nonce', models.CharField(blank=True, max_length=500)),
                ('session', models.CharField(blank=True, max_length=64)),
                ('access_version', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('last_token_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_why', models.CharField(blank=True, choices=[('', ''), ('code-reused', 'Code Reused'), ('refresh-reused', 'Refresh Reused'), ('revoked', 'Revoked'), ('withdrawn', 'Withdrawn'), ('signed-out', 'Signed Out')], max_length=20)),
                ('api', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.api')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authorizations', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='authorizations', to='clients_app.client')),
            ],
            options={
                'indexes': [models.Index(fields=['client', 'person'], name='authorization_of_person'), models.Index(fields=['session'], name='authorization_of_session')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_why', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_why', ''), _negated=True)), _connector='OR'), name='authorization_ended_for_a_reason'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('amr'), 60), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('acr'), 60), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('nonce'), 500), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('session'), 64), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('ended_why'), 20)), name='authorization_lengths'), models.CheckConstraint(condition=models.Q(('ended_why__in', ['', 'code-reused', 'refresh-reused', 'revoked', 'withdrawn', 'signed-out'])), name='authorization_ended_why_known')],
            },
        ),
        migrations.CreateModel(
            name='AuthorizationCode',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('redirect_uri', models.CharField(max_length=2000)),
                ('challenge', models.CharField(blank=True, max_length=43)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('authorization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='code', to='clients_app.authorization')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('digest'), 64), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('redirect_uri'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('challenge'), 43)), name='authorizationcode_lengths')],
            },
        ),
        migrations.CreateModel(
            name='ClientCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_type', models.CharField(max_length=18)),
                ('clients', models.PositiveIntegerField()),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'client_type'), name='client_count_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('client_type'), 18)), name='clientcount_lengths')],
            },
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
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['client', 'expires_at'], name='client_key_present')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('client', 'thumbprint', 'jwks_url'), name='client_key_unique'), models.CheckConstraint(condition=models.Q(models.Q(('jwk__isnull', True), ('thumbprint', ''), models.Q(('jwks_url', ''), _negated=True)), models.Q(('jwk__isnull', False), ('jwks_url', ''), models.Q(('thumbprint', ''), _negated=True)), _connector='OR'), name='client_key_is_key_or_url'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gt', models.F('created_at')), _connector='OR'), name='client_key_expires_after_creation'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description_key'), 600), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('created_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('removed_by'), 200), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('thumbprint'), 43), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('jwks_url'), 2000)), name='clientkey_lengths')],
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('refused', 'refused'), ('silent', 'silent'), ('new-address', 'new-address')], max_length=11)),
                ('cause', models.CharField(blank=True, max_length=24)),
                ('address', models.GenericIPAddressField(null=True)),
                ('usual_gap_s', models.PositiveIntegerField(null=True)),
                ('begun_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='clients_app.client')),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey')),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientsecret')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['due_at'], name='alert_due')],
                'constraints': [models.UniqueConstraint(fields=('client', 'kind'), name='alert_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('kind'), 11), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('cause'), 24)), name='alert_lengths'), models.CheckConstraint(condition=models.Q(('kind__in', ['refused', 'silent', 'new-address'])), name='alert_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='ClientOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.client')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'person'), name='client_owner_unique')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('role_type_id', models.UUIDField(default=uuid.UUID('c1d6a0f3-7b52-4e0a-9d6c-3f4b8a2e5d70'))),
                ('name', models.CharField(max_length=60)),
                ('name_key', models.CharField(editable=False, max_length=180)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name_key'), name='role_name_unique'), models.UniqueConstraint(condition=models.Q(('role_type_id', uuid.UUID('c1d6a0f3-7b52-4e0a-9d6c-3f4b8a2e5d70')), _negated=True), fields=('tenant', 'role_type_id'), name='built_in_role_unique'), models.CheckConstraint(condition=models.Q(('role_type_id__in', (uuid.UUID('2dc742ab-39ea-4fc0-a39e-2bcb71c26a5f'), uuid.UUID('b3f8f0c4-2f0d-4d0b-8f57-6a3d5c1e9f21'), uuid.UUID('6a0c5d0e-6f0b-4b7e-9a55-0c2f5b7f6f10'), uuid.UUID('f1439595-e5a2-487f-8a4f-0627fefe75df'), uuid.UUID('45b66433-5f57-420b-bbdf-8bbd60c1cd9d'), uuid.UUID('e6cbf91e-0be8-4858-92b5-f88ecafd5574'), uuid.UUID('7ad2b9ef-5386-4ead-ac9f-ad99c5c5b977'), uuid.UUID('c1d6a0f3-7b52-4e0a-9d6c-3f4b8a2e5d70')))), name='role_type_known'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 60), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 180), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200)), name='role_lengths'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='role_name_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='ClientRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.client')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'role'), name='client_role_unique')],
            },
        ),
        migrations.CreateModel(
            name='ClientTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50)),
                ('name_key', models.CharField(db_index=True, editable=False, max_length=150)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='clients_app.client')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('client', 'name_key'), name='client_tag_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 50), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 150)), name='clienttag_lengths'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clienttag_name_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='ClientUrl',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('redirect', 'redirect'), ('logout-redirect', 'logout-redirect'), ('cors-origin', 'cors-origin')], max_length=15)),
                ('url', models.CharField(max_length=2000)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='urls', to='clients_app.client')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['kind', 'url'], name='url_lookup')],
                'constraints': [models.UniqueConstraint(fields=('client', 'kind', 'url'), name='url_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('kind'), 15), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('url'), 2000)), name='clienturl_lengths'), models.CheckConstraint(condition=models.Q(('kind__in', ['redirect', 'logout-redirect', 'cors-origin'])), name='clienturl_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.TextField(blank=True)),
                ('granted_at', models.DateTimeField()),
                ('api', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.api')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='clients_app.client')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'client', 'api'), name='consent_unique'), models.UniqueConstraint(condition=models.Q(('api', None)), fields=('person', 'client'), name='identity_consent_unique')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=30)),
                ('recipient', models.CharField(max_length=2000)),
                ('zone', models.CharField(blank=True, max_length=64)),
                ('is_test', models.BooleanField(default=False)),
                ('secrets', models.JSONField(default=list)),
                ('alerts', models.JSONField(default=list)),
                ('more', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=7)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('try_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', '-created_at'], name='delivery_of_tenant'), models.Index(condition=models.Q(('state', 'waiting')), fields=['try_at'], name='delivery_waiting')],
            },
        ),
        migrations.CreateModel(
            name='FailureCount',
            fields=[
                ('source', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField()),
                ('since', models.BigIntegerField()),
            ],
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
            name='GuessCount',
            fields=[
                ('subject', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('guesses', models.PositiveIntegerField()),
                ('next_at', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='IssuedClientId',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('issued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='IssuedIdentifier',
            fields=[
                ('key', models.CharField(max_length=250, primary_key=True, serialize=False)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('key'), 250)), name='issuedidentifier_lengths')],
            },
        ),
        migrations.CreateModel(
            name='LinkRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(max_length=254)),
            ],
        ),
        migrations.CreateModel(
            name='MayCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_default', models.BooleanField(db_default=False, default=False)),
                ('api', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='may_call', to='clients_app.api')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='may_call', to='clients_app.client')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'api'), name='may_call_unique'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('client',), name='default_api_unique')],
            },
        ),
        migrations.CreateModel(
            name='ApiScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('api', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scopes', to='clients_app.api')),
            ],
            options={
                'ordering': ('name',),
                'constraints': [models.UniqueConstraint(fields=('api', 'name'), name='api_scope_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 100), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('description'), 200)), name='apiscope_lengths'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='apiscope_name_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='MayCallScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('may_call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.maycall')),
                ('scope', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.apiscope')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('may_call', 'scope'), name='may_call_scope_unique')],
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
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('expires_at', models.DateTimeField()),
                ('days', models.PositiveSmallIntegerField()),
                ('sent_at', models.DateTimeField()),
                ('identity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.federatedidentity')),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey')),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientsecret')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', 'expires_at'], name='notice_of_tenant')],
                'constraints': [models.UniqueConstraint(fields=('secret', 'expires_at', 'days'), name='notice_unique'), models.UniqueConstraint(fields=('key', 'expires_at', 'days'), name='notice_of_key_unique'), models.UniqueConstraint(fields=('identity', 'expires_at', 'days'), name='notice_of_identity_unique')],
            },
        ),
        migrations.CreateModel(
            name='NoticeChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=30)),
                ('settings', models.JSONField(default=dict)),
                ('shown', models.CharField(max_length=2000)),
                ('salt', models.BinaryField(default=b'', max_length=16)),
                ('key_id', models.CharField(blank=True, max_length=8)),
                ('set_at', models.DateTimeField()),
                ('set_by', models.CharField(max_length=200)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'channel'), name='notice_channel_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('channel'), 30), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('shown'), 2000), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('key_id'), 8), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('set_by'), 200)), name='noticechannel_lengths')],
            },
        ),
        migrations.CreateModel(
            name='PersonRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'role'), name='person_role_unique')],
            },
        ),
        migrations.CreateModel(
            name='RefreshToken',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('authorization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refresh_tokens', to='clients_app.authorization')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('digest'), 64)), name='refreshtoken_lengths')],
            },
        ),
        migrations.CreateModel(
            name='RefusedHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(db_index=True)),
                ('requests', models.PositiveIntegerField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refused_hours', to='clients_app.client')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'hour'), name='refused_hour_unique')],
            },
        ),
        migrations.CreateModel(
            name='RevokedToken',
            fields=[
                ('jti', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('revoked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revoked_tokens', to='clients_app.client')),
            ],
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('name_key', models.CharField(editable=False, max_length=180)),
                ('query', models.CharField(max_length=3000)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('name_key',),
                'constraints': [models.UniqueConstraint(fields=('person', 'name_key'), name='saved_filter_name_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name'), 60), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('name_key'), 180), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('query'), 3000)), name='savedfilter_lengths'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='savedfilter_name_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='SecretAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.GenericIPAddressField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('is_judged', models.BooleanField(default=False)),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.clientkey')),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='clients_app.clientsecret')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_judged', False)), fields=['id'], name='secret_address_unjudged'), models.Index(fields=['last_at'], name='secret_address_age')],
                'constraints': [models.UniqueConstraint(fields=('secret', 'address'), name='secret_address_unique'), models.UniqueConstraint(fields=('key', 'address'), name='secret_address_of_key_unique')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SharedValue',
            fields=[
                ('name', models.CharField(max_length=250, primary_key=True, serialize=False)),
                ('value', models.TextField()),
                ('expires_at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.UUIDField(default=clients_app.models.defaults.new_id, editable=False, primary_key=True, serialize=False)),
                ('kid', models.CharField(max_length=43, unique=True)),
                ('algorithm', models.CharField(max_length=5)),
                ('state', models.CharField(choices=[('next', 'Next'), ('active', 'Active'), ('retired', 'Retired'), ('removed', 'Removed')], max_length=7)),
                ('public_jwk', models.JSONField()),
                ('private_part', models.BinaryField()),
                ('created_at', models.DateTimeField()),
                ('signs_from', models.DateTimeField(null=True)),
                ('activated_at', models.DateTimeField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('state',), name='one_active_signing_key'), models.UniqueConstraint(condition=models.Q(('state', 'next')), fields=('state',), name='one_next_signing_key'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'next'), _negated=True), ('signs_from__isnull', False), _connector='OR'), name='next_signing_key_has_start'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('kid'), 43), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('algorithm'), 5), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('state'), 7)), name='signingkey_lengths'), models.CheckConstraint(condition=models.Q(('state__in', ['next', 'active', 'retired', 'removed'])), name='signingkey_state_known')],
            },
        ),
        migrations.CreateModel(
            name='TenantHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(db_index=True)),
                ('tokens', models.PositiveBigIntegerField(default=0)),
                ('refused', models.PositiveBigIntegerField(default=0)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'hour'), name='tenant_hour_unique')],
            },
        ),
        migrations.CreateModel(
            name='TokenRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('no-secret', 'no client secret sent'), ('unknown-secret', 'unknown secret'), ('secret-expired', 'secret expired'), ('secret-removed', 'secret removed'), ('unknown-key', 'unknown key or wrong signature'), ('wrong-claims', 'claims of the assertion'), ('wrong-audience', 'audience of the assertion'), ('wrong-time', 'times of the assertion, or the clock'), ('used-assertion', 'assertion used before'), ('bad-assertion', 'malformed assertion'), ('client-disabled', 'client disabled'), ('client-removed', 'client removed'), ('unauthorized-client', 'grant type not for this client'), ('unsupported-grant-type', 'unknown grant type'), ('invalid-grant', 'code or refresh token not valid'), ('invalid-scope', 'scope not offered'), ('invalid-target', 'API not for this client'), ('invalid-request', 'malformed request')], max_length=24)),
                ('day', models.DateField()),
                ('requests', models.PositiveIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('last_address', models.GenericIPAddressField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.client')),
                ('identity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.federatedidentity')),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.clientkey')),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='clients_app.clientsecret')),
            ],
            options={
                'indexes': [models.Index(fields=['client', 'last_at'], name='token_refusal_of_client'), models.Index(fields=['last_at', 'id'], name='token_refusal_latest')],
                'constraints': [models.UniqueConstraint(models.F('client'), models.F('cause'), models.F('day'), django.db.models.functions.comparison.Coalesce('secret', 0), name='token_refusal_unique')],
            },
        ),
        migrations.CreateModel(
            name='TokenUsage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('is_day', models.BooleanField(db_default=False, default=False)),
                ('tokens', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('last_address', models.GenericIPAddressField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.client')),
                ('identity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='clients_app.federatedidentity')),
                ('key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='clients_app.clientkey')),
                ('secret', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='usage', to='clients_app.clientsecret')),
            ],
            options={
                'indexes': [models.Index(fields=['client', 'hour'], name='token_usage_of_client'), models.Index(fields=['is_day', 'hour'], name='token_usage_age')],
                'constraints': [models.UniqueConstraint(fields=('secret', 'hour'), name='token_usage_unique'), models.UniqueConstraint(fields=('key', 'hour'), name='token_usage_of_key_unique'), models.UniqueConstraint(fields=('identity', 'hour'), name='token_usage_of_identity_unique'), models.UniqueConstraint(condition=models.Q(('identity', None), ('key', None), ('secret', None)), fields=('client', 'hour'), name='token_usage_without_secret_unique')],
            },
        ),
        migrations.CreateModel(
            name='UsedAssertion',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('ends_at', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='UsedFormKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor_id', models.CharField(max_length=36)),
                ('key', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(db_index=True)),
                ('client', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='clients_app.client')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'tenant', 'actor_id'), name='form_key_unique'), models.UniqueConstraint(django.db.models.functions.text.Left('key', 32), models.F('tenant'), models.F('actor_id'), name='form_key_begin_unique')],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ApiHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(db_index=True)),
                ('tokens', models.PositiveBigIntegerField()),
                ('api', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='clients_app.api')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('api', 'hour'), name='api_hour_unique')],
            },
        ),
        migrations.CreateModel(
            name='ApiIntrospector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('api', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.api')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.client')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('api', 'client'), name='api_introspector_unique')],
            },
        ),
        migrations.CreateModel(
            name='ApiUsage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(db_index=True)),
                ('scope', models.CharField(blank=True, max_length=2048)),
                ('is_named', models.BooleanField()),
                ('tokens', models.PositiveIntegerField()),
                ('last_at', models.DateTimeField()),
                ('api', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='clients_app.api')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='clients_app.client')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client', 'api', 'hour', 'scope', 'is_named'), name='api_usage_unique'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('scope'), 2048)), name='apiusage_lengths')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='clients_app.tenant')),
                ('sequence', models.PositiveBigIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('chain_key_id', models.CharField(blank=True, max_length=8)),
            ],
        ),
        migrations.AddField(
            model_name='person',
            name='roles',
            field=models.ManyToManyField(related_name='people', through='clients_app.PersonRole', to='clients_app.role'),
        ),
        migrations.AddField(
            model_name='client',
            name='owners',
            field=models.ManyToManyField(related_name='owned_clients', through='clients_app.ClientOwner', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='client',
            name='roles',
            field=models.ManyToManyField(related_name='clients', through='clients_app.ClientRole', to='clients_app.role'),
        ),
        migrations.AddField(
            model_name='api',
            name='introspectors',
            field=models.ManyToManyField(related_name='introspected_apis', through='clients_app.ApiIntrospector', to='clients_app.client'),
        ),
        migrations.AddField(
            model_name='maycall',
            name='scopes',
            field=models.ManyToManyField(related_name='may_call', through='clients_app.MayCallScope', to='clients_app.apiscope'),
        ),
        migrations.RunPython(create, drop),
    ]
