"""Adds, edits and removes APIs in tests, as the command line."""

from dataclasses import replace
from typing import Any

from clients_app.models import Api, Tenant
from clients_app.services.apis.apis import add_api, edit_api, remove_api
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft, draft_of
from tests.actors import command_line_in
from tests.moments import NOW

DRAFT = ApiDraft(
    name="Orders",
    identifier="https://orders.example.com",
    description="Takes orders",
    scopes=(ScopeDraft(name="write"), ScopeDraft(name="read", description="Read orders")),
)


def add(tenant: Tenant, draft: ApiDraft = DRAFT, **fields: Any) -> Api:
    return add_api(replace(draft, **fields), actor=command_line_in(tenant), now=NOW)


def edit(api: Api, **fields: Any) -> Api:
    draft, actor = replace(draft_of(api), **fields), command_line_in(api.tenant)
    return edit_api(api.pk, draft, expected_version=api.version, actor=actor, now=NOW)


def remove(api: Api, seen: str | None = None) -> Api:
    return remove_api(api.pk, seen=seen, actor=command_line_in(api.tenant), now=NOW)
