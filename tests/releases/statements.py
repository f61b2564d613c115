"""The statements by which the code writes what comes in great numbers, as it has them as text."""

import pkgutil
import sys
from importlib import import_module

import clients_app.services


def upserts() -> list[str]:
    """Return each statement with ON CONFLICT: it fails if the constraint that it names is gone."""
    for module in pkgutil.walk_packages(clients_app.services.__path__, "clients_app.services."):
        import_module(module.name)
    found = {
        value
        for name, module in sys.modules.items()
        if name.startswith("clients_app.")
        for value in vars(module).values()
        if isinstance(value, str) and "CONFLICT" in value
    }
    of_triggers = "NEW."
    return sorted(
        value
        for value in found
        if value.strip().startswith("INSERT INTO ") and of_triggers not in value
    )
