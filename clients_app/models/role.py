"""A named permission group of a tenant, for people and Client-Credentials clients."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now

from clients_app import limits
from clients_app.models.defaults import new_id
from clients_app.models.tenant import Tenant, TenantQuerySet
from clients_app.models.texts import Keyed, checks_texts
from clients_app.rules.built_in_roles import (
    BUILT_IN_ROLES,
    TENANT_ADMINISTRATOR,
    TENANT_CUSTOM,
    TENANT_MEMBER,
)

#: the groups of roles on the screen; the others have rank 1
_RANKS: Final = {TENANT_CUSTOM: 0, TENANT_MEMBER: 2}
_ROLE_TYPES: Final = (*(role.role_type_id for role in BUILT_IN_ROLES), TENANT_CUSTOM)


class RoleQuerySet(TenantQuerySet["Role"]):
    def in_screen_order(self) -> "RoleQuerySet":
        """Return custom roles first, Tenant Member last, and each group by name."""
        ranks = (models.When(role_type_id=kind, then=rank) for kind, rank in _RANKS.items())
        rank = models.Case(*ranks, default=1)
        return self.alias(rank=rank).order_by("rank", "name_key")


@checks_texts
class Role(Keyed):
    """Built-in roles have the same Role Type Ids everywhere; custom ones have Tenant Custom."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="roles")
    role_type_id = models.UUIDField(default=TENANT_CUSTOM)
    name = models.CharField(max_length=limits.ROLE_NAME_MAX)
    name_key = models.CharField(max_length=3 * limits.ROLE_NAME_MAX, editable=False)
    description = models.CharField(max_length=limits.ROLE_DESCRIPTION_MAX, blank=True)
    version = models.PositiveIntegerField(default=1)  # counts edits, for stale forms
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = RoleQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("tenant", "name_key"), name="role_name_unique"),
            UniqueConstraint(
                fields=("tenant", "role_type_id"),
                condition=~Q(role_type_id=TENANT_CUSTOM),
                name="built_in_role_unique",
            ),
            CheckConstraint(condition=Q(role_type_id__in=_ROLE_TYPES), name="role_type_known"),
        )

    @property
    def screen_rank(self) -> int:
        """The group in which the screen lists the role; within it, by name."""
        return _RANKS.get(self.role_type_id, 1)

    @property
    def is_built_in(self) -> bool:
        return self.role_type_id != TENANT_CUSTOM

    @property
    def is_member(self) -> bool:
        """True for Tenant Member, which everyone has."""
        return self.role_type_id == TENANT_MEMBER

    @property
    def is_administrator(self) -> bool:
        return self.role_type_id == TENANT_ADMINISTRATOR
