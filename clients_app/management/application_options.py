"""What the options of `manage.py clients add` say about applications that sign people in."""

from argparse import Namespace
from typing import Any, Final

from clients_app.management import command_line as cli
from clients_app.rules.client_fields import APPLICATION_URLS
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES, URL_KINDS

APPLICATION: Final = (
    cli.argument(
        "--type",
        choices=list(CLIENT_TYPES),
        default=CLIENT_CREDENTIALS.id,
        dest="client_type",
        help="the Client Type; the options below are for the other two",
    ),
    *(
        cli.argument(
            cli.option_of(kind.path),
            action="append",
            default=[],
            metavar="URL",
            dest=kind.path,
            help=f"{kind.help} May be repeated.",
        )
        for kind in URL_KINDS
    ),
    cli.argument(
        "--allow-refresh-token",
        action="store_true",
        help="let it keep people signed in after the Token Lifetime ends",
    ),
    *(
        cli.argument(cli.option_of(line.name), default="", metavar="URL", help=line.help)
        for line in APPLICATION_URLS
    ),
    cli.argument(
        cli.option_of("skips_consent"),
        action="store_true",
        dest="skips_consent",
        help="do not ask people whether they allow what it does for them",
    ),
)


def application_values(given: Namespace) -> dict[str, Any]:
    """Return the fields of a draft that these options give."""
    names = ("client_type", "allow_refresh_token", "skips_consent")
    return {
        **{name: getattr(given, name) for name in names},
        **{kind.path: tuple(getattr(given, kind.path)) for kind in URL_KINDS},
        **{line.name: getattr(given, line.name) for line in APPLICATION_URLS},
    }
