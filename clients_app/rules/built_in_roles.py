"""The built-in roles. Their Role Type Ids are the same in every installation (ROL-1)."""

from typing import Final, NamedTuple
from uuid import UUID

from clients_app.errors import gettext_noop

TENANT_ADMINISTRATOR: Final = UUID("2dc742ab-39ea-4fc0-a39e-2bcb71c26a5f")
TENANT_CONTRIBUTOR: Final = UUID("f1439595-e5a2-487f-8a4f-0627fefe75df")
TENANT_DATA_STEWARD: Final = UUID("45b66433-5f57-420b-bbdf-8bbd60c1cd9d")
TENANT_VIEWER: Final = UUID("e6cbf91e-0be8-4858-92b5-f88ecafd5574")
TENANT_MEMBER: Final = UUID("7ad2b9ef-5386-4ead-ac9f-ad99c5c5b977")
TENANT_AUDITOR: Final = UUID("6a0c5d0e-6f0b-4b7e-9a55-0c2f5b7f6f10")
SECRET_ROTATOR: Final = UUID("b3f8f0c4-2f0d-4d0b-8f57-6a3d5c1e9f21")

#: All custom roles share this Role Type Id.
TENANT_CUSTOM: Final = UUID("c1d6a0f3-7b52-4e0a-9d6c-3f4b8a2e5d70")


class BuiltInRole(NamedTuple):
    role_type_id: UUID
    name: str
    description: str


#: The strongest first: a person is shown with the first that they hold.
BUILT_IN_ROLES: Final = (
    BuiltInRole(
        TENANT_ADMINISTRATOR,
        "Tenant Administrator",
        gettext_noop("Full control of the tenant, including clients and roles."),
    ),
    BuiltInRole(
        SECRET_ROTATOR,
        "Secret Rotator",
        gettext_noop("Reads clients; adds, rotates and removes their secrets."),
    ),
    BuiltInRole(
        TENANT_AUDITOR,
        "Tenant Auditor",
        gettext_noop("Reads everything in this portal, Activity included. Changes nothing."),
    ),
    BuiltInRole(
        TENANT_CONTRIBUTOR,
        "Tenant Contributor",
        gettext_noop("Reads this portal. For clients that read and change data in your APIs."),
    ),
    BuiltInRole(
        TENANT_DATA_STEWARD,
        "Tenant Data Steward",
        gettext_noop("Reads this portal. For clients that decide who may use data in your APIs."),
    ),
    BuiltInRole(
        TENANT_VIEWER,
        "Tenant Viewer",
        gettext_noop("Reads this portal. For clients that only read data in your APIs."),
    ),
    BuiltInRole(
        TENANT_MEMBER,
        "Tenant Member",
        gettext_noop("Reads this portal. In your APIs, it says which tenant a client belongs to."),
    ),
)
