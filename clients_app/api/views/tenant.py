"""The tenant itself."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.parameters import none_but
from clients_app.api.views.resource import Resource, caller
from clients_app.http.json_models import tenant_json
from clients_app.selectors.tenants.lookup import get_tenant


class TenantView(Resource):
    """The tenant of the token."""

    resource = "tenant"

    def get(self, request: Request, tenant_id: str) -> Response:
        """Return the tenant."""
        none_but(request)
        return Response(tenant_json(get_tenant(caller(request).tenant_id)))

    def head(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that the tenant exists."""
        none_but(request)
        return Response(status=204)
