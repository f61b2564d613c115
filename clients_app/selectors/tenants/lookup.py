"""A tenant by its id."""

from uuid import UUID

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.models import Tenant


def get_tenant(tenant_id: UUID) -> Tenant:
    """Return the tenant, or raise NotFound."""
    return existing(Tenant.objects.filter(pk=tenant_id).first(), _("There is no such tenant."))
