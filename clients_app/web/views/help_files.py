"""The page and the programs for developers of APIs that Get started names, without a sign-in."""

from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app.web.example_applications import SINGLE_PAGE, WITH_SERVER

GUIDE: Final = "verify-tokens.md"
EXAMPLE: Final = "examples/api.py"
FILES: Final = (  # below docs/; links of the guide lead to the others
    GUIDE,
    EXAMPLE,
    "examples/drf_api.py",
    "examples/api.mjs",
    "examples/envoy.yaml",
    "examples/nginx/api.conf",
    "examples/nginx/introspection.js",
    *SINGLE_PAGE.paths,
    *WITH_SERVER.paths,
)


@require_safe
def help_file(request: HttpRequest, name: str) -> HttpResponse:
    """Return a file as text, the same for everybody; 404 for an unknown one."""
    if name not in FILES:
        raise Http404
    content = (settings.BASE_DIR / "docs" / name).read_bytes()
    return HttpResponse(content, content_type="text/plain; charset=utf-8")
