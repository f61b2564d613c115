"""Whose request it is: see ``rules.peer_addresses``, which all doors ask."""

from clients_app.rules.peer_addresses import is_trusted, peer_address

__all__ = ["is_trusted", "peer_address"]
