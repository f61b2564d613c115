"""Who performs an operation: a person, a client, the command line or the system."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

INSTALLATION: Final = UUID(int=0)  # stands for a tenant in what belongs to none


class ActorKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"
    COMMAND_LINE = "command line"
    SYSTEM = "system"
    UNKNOWN = "unknown"  # someone who did not prove who they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Someone who acts in one tenant, with what an audit event records about them.

    ``rights`` are the Role Type Ids of the built-in roles they have now, read from the database and
    never from a token. ``has_fresh_proof`` returns whether a person confirmed their identity
    recently; it is called only for actions that require it.
    """

    kind: ActorKind
    tenant_id: UUID
    id: str = ""  # of the person or client
    name: str = ""
    rights: AbstractSet[UUID] = field(default_factory=frozenset)
    credential: int | str | None = None  # with which a client got its token, as its claim cred
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
        """Return someone who tries to sign in as a person of the tenant."""
        return cls(kind=ActorKind.UNKNOWN, tenant_id=tenant_id, name=ActorKind.UNKNOWN.value)

    @property
    def is_trusted(self) -> bool:
        """True for the command line and the system, which may do everything in their tenant."""
        return self.kind in {ActorKind.COMMAND_LINE, ActorKind.SYSTEM}

    def as_author(self, now: datetime) -> dict[str, Any]:
        """Return the columns of a new row that say who added it, and so far edited it last."""
        by = self.name
        return {"created_at": now, "created_by": by, "updated_at": now, "updated_by": by}
