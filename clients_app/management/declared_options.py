"""What `manage.py plan` and `apply` share: their options, and what these say."""

from argparse import Namespace
from dataclasses import replace
from typing import Final, NamedTuple

from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.secret_options import expiry, secret_draft, text_in
from clients_app.management.yaml_files import read_yaml
from clients_app.models import Tenant
from clients_app.services.clients.registration import RegisteredClient
from clients_app.services.declared.apply import NewSecrets, apply_document, new_clients_in
from clients_app.services.declared.entries import Document, parse_document
from clients_app.services.secrets.digests import HashedSecret, hashed_secret

OPTIONS: Final = (
    cli.argument("file", metavar="FILE", help="as `manage.py export` prints it; - for stdin"),
    cli.repeated(
        "--confirm-administrator",
        "NAME",
        "administrators",
        "a client that may get the role Tenant Administrator; may be repeated",
    ),
    expiry,
    cli.JSON,
    cli.TENANT,
)


class Declared(NamedTuple):
    """A file that was read, for one tenant."""

    document: Document
    tenant: Tenant
    given: Namespace

    def made(self) -> list[HashedSecret]:
        """Return a secret for each new client, made before any transaction."""
        return [hashed_secret() for _ in range(self._new_clients())]

    def unmade(self) -> list[HashedSecret]:
        """Return what stands for these secrets in a plan, which says the same each time."""
        return [replace(hashed_secret(), plain="????")] * self._new_clients()

    def _new_clients(self) -> int:
        return new_clients_in(self.document, actor=cli.actor_in(self.tenant))

    def apply(self, hashed: list[HashedSecret]) -> list[RegisteredClient]:
        """Make the tenant so; ``hashed`` are the texts of new secrets. Errors: PortalError."""
        moment = cli.now()
        draft = secret_draft(self.given, self.tenant, moment)
        return apply_document(
            self.document,
            NewSecrets(draft=draft, hashed=hashed),
            administrators=self.given.administrators,
            actor=cli.actor_in(self.tenant),
            now=moment,
        )


def declared_by(given: Namespace) -> Declared:
    """Return what the file says. Errors: PortalError."""
    given.secret_description = ""
    document = parse_document(read_yaml(text_in(given.file)))
    tenant = cli.tenant_of(given.tenant or document.tenant or None)
    if document.tenant and cli.tenant_of(document.tenant) != tenant:
        raise PortalError("The file is for the tenant %(name)s.", name=document.tenant)
    return Declared(document, tenant, given)
