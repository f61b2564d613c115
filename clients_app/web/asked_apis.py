"""The API that the programs of "Connect your application" ask for."""

from typing import Any

from clients_app.models import Client
from clients_app.selectors.apis.may_call import reach_of


def asked_apis(client: Client) -> dict[str, Any]:
    """Return the context of the programs: ``resource`` is the Identifier that they name, empty
    for the default API; ``resources`` has what can be chosen, as values and Identifiers."""
    reach = reach_of(client)
    default_identifier = reach.default.identifier if reach.default else ""
    resources = [
        ("" if identifier == default_identifier else identifier, identifier)
        for identifier in reach.targets
    ]
    resources.sort(key=lambda pair: bool(pair[0]))
    return {"resources": resources, "resource": resources[0][0] if resources else ""}
