"""Stores static files with hashed names and compressed, so that browsers can cache them forever."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET: Final = "clients_app/portal.css"
_LAYERS: Final = (
    "tokens",
    "layout",
    "controls",
    "components",
    "charts",
    "timeline",
    "client_list",
    "screens",
)  # in this order
_IMPORTS: Final = (
    r"""(?P<matched>(?P<start>from |import\()"(?P<url>\./\w+\.js)")""",
    '%(start)s"%(url)s"',
)


class PortalStorage(CompressedManifestStaticFilesStorage):
    """Joins the stylesheets, and hashes the names in the imports of the portal's modules.

    Eight stylesheets would delay the first paint by a half and weigh 4 KB more. Django's
    ``support_js_module_import_aggregation`` takes every script for a module, and fails at imports
    in packages that it cannot find.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("clients_app/js/*.js", (_IMPORTS,)),
    )

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        """Yield the result for each of ``paths`` and for the joined stylesheet."""
        layers = [Path(self.path(f"clients_app/css/{layer}.css")) for layer in _LAYERS]
        if not options.get("dry_run"):
            joined = "\n".join(layer.read_text() for layer in layers)
            Path(self.path(STYLESHEET)).write_text(joined)
            paths = {**paths, STYLESHEET: (self, STYLESHEET)}
        yield from super().post_process(paths, **options)
