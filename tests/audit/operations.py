"""Each operation of the services once: name of the function -> a call of it on the subjects."""

from collections.abc import Callable
from typing import Final

from clients_app.rules.alerts import AlertKind
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.services.activity.archive import seal_segment
from clients_app.services.activity.export import export_activity
from clients_app.services.alerts.settings import mute_alerts
from clients_app.services.apis.apis import add_api, edit_api, remove_api, set_introspectors
from clients_app.services.apis.drafts import ApiDraft
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from clients_app.services.apis.unused import remove_unused
from clients_app.services.clients.bulk import (
    add_owners,
    change_roles,
    enable_all,
    remove_all,
    tag_all,
)
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import assign_roles, edit_client, set_enabled
from clients_app.services.clients.export import export_clients
from clients_app.services.clients.owners import set_owners
from clients_app.services.clients.registration import register_client
from clients_app.services.clients.removal import remove_client, restore_client
from clients_app.services.declared.apply import NewSecrets, apply_document
from clients_app.services.declared.entries import parse_document
from clients_app.services.declared.export import record_export
from clients_app.services.notices.calendar_links import create_feed, remove_feed
from clients_app.services.notices.channel_settings import (
    remove_channel,
    renew_secret,
    send_test,
    set_channel,
)
from clients_app.services.notices.deliveries import retry
from clients_app.services.roles.roles import add_role, edit_role, remove_role
from clients_app.services.tenants.policies import set_policies
from clients_app.services.tenants.tenants import add_tenant, rename_tenant
from clients_app.services.tokens.revocation import end_tokens
from tests.audit.operations_of_credentials import NEVER, OF_CREDENTIALS
from tests.audit.operations_of_people import OF_PEOPLE
from tests.audit.subjects import Subjects
from tests.moments import NOW, SECOND

OPERATIONS: Final[dict[str, Callable[[Subjects], object]]] = {
    operation if isinstance(operation, str) else operation.__name__: call
    for operation, call in (
        (
            register_client,
            lambda on: register_client(ClientDraft(name="New"), NEVER, form_key="key", **on.by),
        ),
        (
            edit_client,
            lambda on: edit_client(
                on.client,
                ClientDraft(name="New"),
                expected_version=on.client.version,
                **on.by,
            ),
        ),
        (
            assign_roles,
            lambda on: assign_roles(
                on.client,
                frozenset({on.role.pk}),
                confirms_administrator=False,
                expected_version=on.client.version,
                **on.by,
            ),
        ),
        (set_enabled, lambda on: set_enabled(on.client, enabled=False, **on.by)),
        (
            set_owners,
            lambda on: set_owners(
                on.client,
                frozenset({on.person.pk}),
                expected_version=on.client.version,
                **on.by,
            ),
        ),
        (enable_all, lambda on: enable_all([on.client.pk], enabled=False, **on.by)),
        (tag_all, lambda on: tag_all([on.client.pk], add=["new"], remove=[], **on.by)),
        (add_owners, lambda on: add_owners([on.client.pk], frozenset({on.person.pk}), **on.by)),
        (
            change_roles,
            lambda on: change_roles(
                [on.client.pk],
                add=frozenset({on.role.pk}),
                remove=frozenset(),
                confirms_administrator=False,
                **on.by,
            ),
        ),
        (remove_all, lambda on: remove_all([on.client.pk], confirmed=None, **on.by)),
        (export_clients, lambda on: export_clients([on.client.pk], query="", **on.by).close()),
        (record_export, lambda on: record_export(**on.by)),
        (
            apply_document,
            lambda on: apply_document(
                parse_document({"roles": [{"name": "New"}]}),
                NewSecrets(draft=NEVER, hashed=[]),
                **on.by,
            ),
        ),
        (remove_client, lambda on: remove_client(on.client, **on.by)),
        (restore_client, lambda on: restore_client(on.removed.pk, **on.by)),
        (add_role, lambda on: add_role("New", description="", **on.by)),
        (edit_role, lambda on: edit_role(on.role.pk, name="New", description="", **on.by)),
        (remove_role, lambda on: remove_role(on.role.pk, **on.by)),
        (
            add_api,
            lambda on: add_api(ApiDraft(name="New", identifier="urn:example:new"), **on.by),
        ),
        (
            edit_api,
            lambda on: edit_api(
                on.api.pk,
                ApiDraft(name="New", identifier="urn:example:new"),
                expected_version=1,
                **on.by,
            ),
        ),
        (remove_api, lambda on: remove_api(on.api.pk, seen=None, **on.by)),
        (
            set_introspectors,
            lambda on: set_introspectors(
                on.api.pk, frozenset({on.client.pk}), expected_version=1, **on.by
            ),
        ),
        (
            set_may_call,
            lambda on: set_may_call(
                on.client, MayCallDraft(), expected_version=on.client.version, **on.by
            ),
        ),
        (
            remove_unused,
            lambda on: remove_unused(on.client, expected_version=on.client.version, **on.by),
        ),
        (seal_segment, lambda on: seal_segment(before=NOW + SECOND, **on.by)),
        (
            export_activity,
            lambda on: export_activity(
                ActivityFilter(tenant_id=on.tenant.pk), "csv", query="", **on.by
            ),
        ),
        (
            add_tenant,
            lambda on: add_tenant("Contoso", actor=on.by["actor"], now=NOW),
        ),
        (rename_tenant, lambda on: rename_tenant(on.tenant, name="Renamed", **on.by)),
        (end_tokens, lambda on: end_tokens(on.client, **on.by)),
        (
            set_channel,
            lambda on: set_channel("webhook", {"url": "https://new.example.com/"}, **on.by),
        ),
        (renew_secret, lambda on: renew_secret("webhook", **on.by)),
        (remove_channel, lambda on: remove_channel("webhook", **on.by)),
        (send_test, lambda on: send_test("webhook", email="", **on.by)),
        (retry, lambda on: retry(on.failed.pk, **on.by)),
        (create_feed, lambda on: create_feed(on.person, **on.by)),
        (remove_feed, lambda on: remove_feed(on.person, **on.by)),
        (
            set_policies,
            lambda on: set_policies(
                TenantPolicy(secret_days_max=90),
                expected_version=1,
                confirms_ends=False,
                **on.by,
            ),
        ),
        (
            mute_alerts,
            lambda on: mute_alerts({AlertKind.SILENT: True}, expected_version=1, **on.by),
        ),
        *OF_PEOPLE,
        *OF_CREDENTIALS,
    )
}
