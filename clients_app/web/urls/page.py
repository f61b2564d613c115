"""How an address is written: with and without a slash at its end, and GUIDs in it."""

from collections.abc import Callable

from django.urls import URLPattern, path, register_converter
from django.urls.converters import UUIDConverter


class GuidConverter(UUIDConverter):
    """A GUID in an address, in upper or lower case."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


register_converter(GuidConverter, "guid")


def page(route: str, view: Callable, name: str) -> list[URLPattern]:
    """Return both patterns of an address; the one without a slash has the name."""
    return [path(route, view, name=name), path(f"{route}/", view)]
