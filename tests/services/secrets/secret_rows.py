"""Rows of secrets as the token endpoint reads them from the database."""

import uuid

from clients_app.services.secrets.digests import stored_form
from clients_app.services.secrets.renewal import SecretRow

CLIENT_ID = uuid.uuid4()


def row_of(plain: str, row_id: int = 1, client_id: uuid.UUID = CLIENT_ID) -> SecretRow:
    stored = stored_form(plain, client_id=client_id)
    return SecretRow(row_id, stored.tag, stored.tag_key_id, stored.digest)
