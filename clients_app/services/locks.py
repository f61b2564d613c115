"""What an operation locks before it reads, in this order: tenant, client, head of the chain."""

from uuid import UUID

from clients_app.errors import NotFound, gettext_noop
from clients_app.models import Client, Tenant


def lock_tenant(tenant_id: UUID) -> Tenant:
    """Return the tenant; its names and number of clients are held until the transaction ends."""
    return Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)


def locked(client: Client) -> Client:
    """Return the row of ``client`` as it is now, held until the transaction ends.

    Errors: NotFound if it was removed meanwhile.
    """
    row = Client.objects.select_for_update(no_key=True).present().filter(pk=client.pk).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such client. It may have been removed."))
    return row
