"""The description of the API for programs: OpenAPI 3.1."""

from functools import cache
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api import shapes
from clients_app.api.examples import add_examples
from clients_app.api.parameters import none_but
from clients_app.api.views.resource import Resource


class DescriptionView(Resource):
    """Public, as it is the same for everyone and names nobody."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        """Return the description."""
        none_but(request)
        return Response(description())


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    from drf_spectacular.generators import (
        SchemaGenerator,
    )  # takes 0.2 s that no other request needs

    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    document.setdefault("components", {})["schemas"] = shapes.components()
    add_examples(document)
    return document
