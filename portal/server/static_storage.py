"""How static files are named and stored: hashed, compressed, kept by browsers for good."""

from typing import Final

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS: Final = (r"""(?P<matched>from "(?P<url>\./\w+\.js)";)""", 'from "%(url)s";')


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Hashes the names in the imports of our JavaScript modules too.

    Django's own ``support_js_module_import_aggregation`` takes every script for a module, and
    stops at imports in those of packages that it cannot find.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("clients_app/js/*.js", (_IMPORTS,)),
    )
