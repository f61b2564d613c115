"""The models of APIs, and of what clients may call, that a body may hold."""

from typing import Any, Final

from clients_app.api.serializers.fields import Guid, Model, Several, Text
from clients_app.services.apis.drafts import ScopeDraft

PROPERTIES: Final = {
    "name": "Name",
    "identifier": "Identifier",
    "description": "Description",
    "scopes": "Scopes",
    "apis": "ApiId",
}


class ScopeModel(Model):
    """A scope of an API."""

    Name = Text(required=True, allow_null=False)
    Description = Text()


class ApiModel(Model):
    """A service that takes tokens."""

    fixed = ("Id",)

    Name = Text()
    Identifier = Text()
    Description = Text()
    Scopes = Several(ScopeModel())


class MayCallModel(Model):
    """An API that a client may call; without Scopes, with all of its scopes."""

    moving = {"Identifier": Text()}

    ApiId = Guid(required=True, allow_null=False)
    Scopes = Several(Text())


def scopes_in(values: list[dict[str, Any]]) -> tuple[ScopeDraft, ...]:
    """Return the scopes of a body."""
    return tuple(
        ScopeDraft(name=one["Name"], description=one.get("Description") or "") for one in values
    )
