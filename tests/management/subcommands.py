"""The subcommands of `manage.py`, and which options each has."""

import re
from argparse import ArgumentParser
from importlib import import_module
from typing import Final

NAMES: Final = (
    *(
        "clients",
        "secrets",
        "public_keys",
        "identities",
        "roles",
        "apis",
        "people",
        "tenants",
        "keys",
    ),
    "activity",
)


def _options() -> dict[str, frozenset[str]]:
    found = {}
    for name in NAMES:
        command = import_module(f"clients_app.management.commands.{name}").Command
        for word, method in command.subcommands.items():
            parser = ArgumentParser(add_help=False)
            for add in vars(method)["arguments"]:
                add(parser)
            found[f"{name} {word}"] = frozenset(re.findall(r"--[a-z][\w-]*", parser.format_help()))
    return found


#: "clients add" -> its options, such as --json
OPTIONS: Final = _options()
WITH_DRY_RUN: Final = {name for name, options in OPTIONS.items() if "--dry-run" in options}
