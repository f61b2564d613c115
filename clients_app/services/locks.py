"""What an operation locks before it reads, and the check for stale forms.

Lock in this order: tenant, client, head of the audit chain.
"""

from typing import Protocol
from uuid import UUID

from clients_app.errors import ChangedMeanwhile, NotFound
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, Tenant


class Versioned(Protocol):
    version: int  # counts the edits of a row

    def refresh_from_db(self) -> None: ...


def lock_tenant(tenant_id: UUID) -> Tenant:
    """Return the tenant; until the transaction ends, no name in it is taken by anyone else."""
    return Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)


def locked(client: Client) -> Client:
    """Return the current row of ``client``, locked until the transaction ends.

    Errors: NotFound if it was removed in the meantime.
    """
    row = Client.objects.select_for_update(no_key=True).present().filter(pk=client.pk).first()
    if row is None:
        raise NotFound(_("There is no such client. It may have been removed."))
    return row


def refuse_stale(row: Versioned, expected_version: int | None, *, by: str = "") -> None:
    """Raise ChangedMeanwhile if the locked ``row`` was edited after the form was opened.

    Call it only if something would change, so that sending a form twice is harmless.
    ``expected_version`` is the version that the form showed; None: there was no form. ``by`` made
    the last change.
    """
    if expected_version is not None and row.version != expected_version:
        row.refresh_from_db()  # what would be saved may be set already
        raise ChangedMeanwhile(by, row)
