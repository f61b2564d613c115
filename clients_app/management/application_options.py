"""What the options of `manage.py clients` say about applications that sign people in."""

from argparse import Namespace
from typing import Any

from clients_app.management import command_line as cli
from clients_app.management.option_names import option_of
from clients_app.rules.client_fields import APPLICATION_URLS
from clients_app.rules.client_types import URL_KINDS


def application() -> tuple[cli.Argument, ...]:
    """Return the options; what is not given is None."""
    return (
        *(
            cli.argument(
                option_of(kind.path),
                action="append",
                metavar="URL",
                dest=kind.path,
                help=f"{kind.help} May be repeated.",
            )
            for kind in URL_KINDS
        ),
        cli.switch(
            "--allow-refresh-token",
            help="let it keep people signed in after the Token Lifetime ends",
        ),
        *(
            cli.argument(option_of(line.name), metavar="URL", help=line.help)
            for line in APPLICATION_URLS
        ),
        cli.switch(
            option_of("skips_consent"),
            dest="skips_consent",
            help="do not ask people whether they allow what it does for them",
        ),
    )


def application_values(given: Namespace) -> dict[str, Any]:
    """Return the fields of a draft that these options give; None where one is not given."""
    urls = {kind.path: getattr(given, kind.path) for kind in URL_KINDS}
    return {
        **{name: getattr(given, name) for name in ("allow_refresh_token", "skips_consent")},
        **{path: None if some is None else tuple(cli.entered(some)) for path, some in urls.items()},
        **{line.name: getattr(given, line.name) for line in APPLICATION_URLS},
    }
