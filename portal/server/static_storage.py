"""How static files are named and stored: hashed, compressed, kept by browsers for good."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET: Final = "clients_app/portal.css"
_LAYERS: Final = ("tokens", "layout", "controls", "components", "screens")  # in this order
_IMPORTS: Final = (
    r"""(?P<matched>(?P<start>from |import\()"(?P<url>\./\w+\.js)")""",
    '%(start)s"%(url)s"',
)


class PortalStorage(CompressedManifestStaticFilesStorage):
    """Joins the stylesheets into one, and hashes the names in the imports of our modules too.

    One stylesheet: five requests would delay the first paint by a half and weigh 4 KB more.
    Django's own ``support_js_module_import_aggregation`` takes every script for a module, and
    stops at imports in those of packages that it cannot find.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("clients_app/js/*.js", (_IMPORTS,)),
    )

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        """Yield what becomes of each of ``paths``, and of the joined stylesheet."""
        layers = [Path(self.path(f"clients_app/css/{layer}.css")) for layer in _LAYERS]
        if not options.get("dry_run"):
            joined = "\n".join(layer.read_text() for layer in layers)
            Path(self.path(STYLESHEET)).write_text(joined)
            paths = {**paths, STYLESHEET: (self, STYLESHEET)}
        yield from super().post_process(paths, **options)
