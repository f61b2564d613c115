"""The model of roles that a body may hold."""

from typing import Final

from clients_app.api.serializers.fields import Guid, Model, Text, Whole

PROPERTIES: Final = {"name": "Name", "description": "Description", "roles": "Id"}


class RoleModel(Model):
    """A role; what is fixed may be repeated."""

    fixed = ("Id", "RoleScope", "TenantId", "CommunityId", "RoleTypeId")

    Name = Text()
    Description = Text()


class HeldRoleModel(Model):
    """A role that a client is to have: only its id counts."""

    moving = {
        **{name: Text() for name in ("Name", "Description")},
        "RoleScope": Whole(),
        **{name: Guid() for name in ("TenantId", "CommunityId", "RoleTypeId")},
    }

    Id = Guid(required=True, allow_null=False)
