"""`manage.py roles`: the roles of a tenant from the command line."""

from argparse import Namespace
from typing import Any, Final

from clients_app.errors import PortalError
from clients_app.http.json_models import role_json
from clients_app.management import command_line as cli
from clients_app.models import Role
from clients_app.selectors.roles.roles import find_role, holders_of, roles_with_counts
from clients_app.services.roles.roles import add_role, edit_role, remove_role

ROLE: Final = cli.argument("role", metavar="ROLE", help="its name or id")


class Command(cli.PortalCommand):
    help = "Lists, shows, adds, edits and removes the roles of a tenant."

    @cli.reading(cli.TENANT)
    def list(self, given: Namespace) -> None:
        """List the roles, custom ones first, with how many clients and people have each."""
        roles = roles_with_counts(cli.tenant_of(given.tenant).pk)
        columns = {"id": 36, "kind": 8, "clients": 7, "people": 6, "name": 0}
        self.list_rows(given, roles, _values, _cells, **columns)

    @cli.reading(ROLE, cli.TENANT)
    def show(self, given: Namespace) -> None:
        """Show a role and how many have it."""
        role = _role(given)
        clients, people = holders_of(role)
        counts = {"Clients": clients.count(), "People": people.count()}
        lines = (
            f"Name:         {role.name}\n"
            f"Id:           {role.pk}\n"
            f"Description:  {role.description or 'none'}\n"
            f"Role Type Id: {role.role_type_id}\n"
            f"Clients:      {counts['Clients']}\n"
            f"People:       {counts['People']}"
        )
        self.tell(given, lines, role_json(role) | counts)

    @cli.subcommand(cli.NAME, cli.argument("--description", default="", metavar="TEXT"), cli.TENANT)
    def add(self, given: Namespace) -> None:
        """Add a custom role; print its name and id."""
        actor = cli.actor_in(cli.tenant_of(given.tenant))
        role = add_role(given.name, description=given.description, actor=actor, now=cli.now())
        self.tell(given, f"Role added: {role.name}\nId:         {role.pk}", role_json(role))

    @cli.subcommand(
        ROLE,
        cli.argument("--name", metavar="NAME"),
        cli.argument("--description", metavar="TEXT"),
        cli.TENANT,
    )
    def edit(self, given: Namespace) -> None:
        """Rename or describe a custom role; those who have it keep it."""
        role = _role(given)
        edited = edit_role(
            role.pk,
            name=role.name if given.name is None else given.name,
            description=role.description if given.description is None else given.description,
            actor=cli.actor_in(role.tenant),
            now=cli.now(),
            expected_version=role.version,
        )
        state = "as it was" if edited.version == role.version else "changed"
        self.tell(given, f"{edited.name} is {state}.", role_json(edited))

    @cli.subcommand(
        ROLE,
        cli.argument("--confirm", metavar="NAME", help="the role's name, if anyone has it"),
        cli.TENANT,
    )
    def remove(self, given: Namespace) -> None:
        """Remove a custom role, also from all clients and people who have it."""
        role = _role(given)
        clients, people = (some.count() for some in holders_of(role))
        if given.confirm != role.name and clients + people:
            raise PortalError(
                "%(clients)s clients and %(people)s people have it. To remove it and take it from "
                "all of them, enter its name with --confirm: %(name)s.",
                clients=clients,
                people=people,
                name=role.name,
            )
        remove_role(role.pk, actor=cli.actor_in(role.tenant), now=cli.now())
        self.tell(given, f"{role.name} is removed.")


def _role(given: Namespace) -> Role:
    return find_role(cli.tenant_of(given.tenant).pk, given.role)


def _values(role: Any) -> dict[str, Any]:
    return role_json(role) | {"Clients": role.client_count, "People": role.person_count}


def _cells(role: Any) -> tuple[object, ...]:
    kind = "built-in" if role.is_built_in else "custom"
    return role.pk, kind, role.client_count, role.person_count, role.name
