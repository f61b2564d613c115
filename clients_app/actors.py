"""Who does a deed, or tries to: a person, a client with its token, the command line, the system."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"
    COMMAND_LINE = "command line"
    SYSTEM = "system"
    UNKNOWN = "unknown"  # one who did not prove who he is


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One who acts in one tenant, with what an audit event must say of him.

    ``rights`` are Role Type Ids of the built-in roles held now, read from the database and never
    from a token. The command line and the system may do everything in ``tenant_id``.
    """

    kind: ActorKind
    tenant_id: UUID
    id: str = ""  # of the person or client
    name: str = ""
    rights: AbstractSet[UUID] = field(default_factory=frozenset)
    is_staff: bool = False
    address: str = ""
    operation_id: str = ""

    @property
    def is_trusted(self) -> bool:
        """True for the command line and the system, which stand above a tenant's roles."""
        return self.kind in {ActorKind.COMMAND_LINE, ActorKind.SYSTEM}
