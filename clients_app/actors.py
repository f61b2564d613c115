"""Who does an operation, or tries to: a person, a client, the command line, the system."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

INSTALLATION: Final = UUID(int=0)  # in place of a tenant, for what belongs to none


class ActorKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"
    COMMAND_LINE = "command line"
    SYSTEM = "system"
    UNKNOWN = "unknown"  # someone who did not prove who they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Someone who acts in one tenant, with what an audit event must say of them.

    ``rights`` are Role Type Ids of the built-in roles held now, read from the database and never
    from a token. The command line and the system may do everything in ``tenant_id``.
    ``has_fresh_proof`` tells of a person whether they proved lately who they are; it is asked only
    where an action needs it, and of nobody else.
    """

    kind: ActorKind
    tenant_id: UUID
    id: str = ""  # of the person or client
    name: str = ""
    rights: AbstractSet[UUID] = field(default_factory=frozenset)
    is_staff: bool = False
    has_fresh_proof: Callable[[], bool] = bool  # False
    address: str = ""
    operation_id: str = ""

    @classmethod
    def system(cls, tenant_id: UUID) -> Self:
        """Return the portal itself, acting in a tenant."""
        return cls(kind=ActorKind.SYSTEM, tenant_id=tenant_id, name=ActorKind.SYSTEM.value)

    @classmethod
    def installation(cls) -> Self:
        """Return the portal itself, acting on what belongs to no tenant."""
        return cls.system(INSTALLATION)

    @classmethod
    def command_line(cls, tenant_id: UUID, *, operation_id: str = "") -> Self:
        """Return the command line, acting in a tenant or on the ``INSTALLATION``."""
        kind = ActorKind.COMMAND_LINE
        return cls(kind=kind, tenant_id=tenant_id, name=kind.value, operation_id=operation_id)

    @classmethod
    def unknown(cls, tenant_id: UUID) -> Self:
        """Return someone who tries to be a person of the tenant."""
        return cls(kind=ActorKind.UNKNOWN, tenant_id=tenant_id, name=ActorKind.UNKNOWN.value)

    @property
    def is_trusted(self) -> bool:
        """True for the command line and the system, which stand above a tenant's roles."""
        return self.kind in {ActorKind.COMMAND_LINE, ActorKind.SYSTEM}
