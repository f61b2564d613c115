"""Whether this process can do its work now."""

from django.db import Error as DatabaseError
from django.db import connection

from clients_app.audit import head_files
from clients_app.errors import PortalError
from clients_app.models import SigningKey
from clients_app.services.signing_keys.private_keys import loaded_key


def faults() -> list[str]:
    """Return what is wrong with the database, the signing key or the heads of the audit chains."""
    found = []
    try:
        active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE).first()
        loaded_key(active.kid if active else "(none)")
    except (DatabaseError, PortalError) as error:
        found.append(str(error))
        connection.close()
    try:
        head_files.check_writable()
    except OSError as error:
        found.append(f"The heads of the audit chains cannot be written: {error}")
    return found
