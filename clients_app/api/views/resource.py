"""What the addresses of the API share: OPTIONS, and addresses that do not exist."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clients_app.actors import Actor
from clients_app.api import cors
from clients_app.api.errors import Refusal


class Resource(APIView):
    """An address of the API; ``properties`` are the names that its models have for what drafts of
    the services call by another name."""

    properties: ClassVar[Mapping[str, str]] = {}
    resource: ClassVar[str] = ""  # its name in the description of the API
    _client_id: UUID | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer a preflight, which has no token, or a request."""
        answer = cors.preflight_answer(request, self.allowed_methods)
        return answer or super().dispatch(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Remember the client of the token: ``request.auth`` would ask a failing database again."""
        super().perform_authentication(request)
        active: Any = request.auth
        self._client_id = active.client.pk if active else None

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let scripts of the application read the response."""
        response = super().finalize_response(request, response, *args, **kwargs)
        cors.share(response, request, client_id=self._client_id)
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Name the methods, in the header Allow."""
        return Response(status=204)


class NoSuchAddress(Resource):
    """All other addresses below /api/."""

    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer 404 to every method, or 401 without a token."""
        self.http_method_names = [request.method.lower()]
        setattr(self, request.method.lower(), self._refuse)
        return super().dispatch(request, *args, **kwargs)

    def _refuse(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Refusal(404, "There is nothing at this address.")


def created(request: Request, row_id: UUID, model: Any) -> Response:
    """Return the ``model`` of what a POST has added, and its address."""
    return Response(model, status=201, headers={"Location": f"{request.path}/{row_id}"})


def caller(request: Request) -> Actor:
    """Return who calls."""
    actor: Any = request.user
    return actor
