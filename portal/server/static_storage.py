"""Stores static files with hashed names and compressed, so that browsers can cache them forever."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from portal.server.font import write_fonts

STYLESHEET: Final = "clients_app/css/portal.css"
SCRIPT: Final = "clients_app/js/portal.js"
FONTS: Final = "clients_app/fonts"
_WITH_BROTLI: Final = re.compile(r"/(clients_app/|django_htmx/[^/]*\.min\.)")
_LAYERS: Final = (
    "tokens",
    "layout",
    "controls",
    "components",
    "charts",
    "timeline",
    "client_list",
    "screens",
    "apis",
)  # in this order
_MODULES: Final = (
    *("dom", "passkey_buttons", "sending", "forms", "once", "windows", "copy", "selection"),
    *("theme", "toasts", "find", "shortcuts", "details", "polling", "session"),
)  # each after those that it imports
_IMPORTS: Final = (
    r"""(?P<matched>(?P<start>from |import\()"(?P<url>\./\w+\.js)")""",
    '%(start)s"%(url)s"',
)


class _Gzip(Compressor):
    """Compresses what the portal's pages load by Brotli as well, which is smaller but slow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(use_brotli=False, **options)
        self._both = Compressor(**options)

    def compress(self, path: str) -> list[str]:
        """Write the compressed files beside ``path``; return their paths."""
        smaller: list[str] = (
            self._both.compress(path) if _WITH_BROTLI.search(path) else super().compress(path)
        )
        return smaller


class PortalStorage(CompressedManifestStaticFilesStorage):
    """Joins the stylesheets and the scripts, adds the font, and hashes the names in imports.

    Nine stylesheets would delay the first paint by a half. Apart, styles and scripts weigh 13 KB
    more. Django's ``support_js_module_import_aggregation`` takes every script for a module, and
    fails at imports in packages that it cannot find.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("clients_app/js/*.js", (_IMPORTS,)),
    )

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        """Yield the result for each of ``paths`` and for what is made of them."""
        if not options.get("dry_run"):
            Path(self.path(STYLESHEET)).write_text(self._joined_styles())
            Path(self.path(SCRIPT)).write_text(self._joined_scripts())
            folder = Path(self.path(FONTS))
            folder.mkdir(exist_ok=True)
            fonts = [f"{FONTS}/{name}" for name in write_fonts(folder)]
            paths = {**paths, **{name: (self, name) for name in (STYLESHEET, SCRIPT, *fonts)}}
        yield from super().post_process(paths, **options)

    def create_compressor(self, **options: Any) -> Compressor:
        """Return what compresses the files."""
        return _Gzip(**options)

    def _joined_styles(self) -> str:
        texts = (self._text_of(f"clients_app/css/{name}.css") for name in _LAYERS)
        text = re.sub(r"/\*.*?\*/", "", "\n".join(texts), flags=re.DOTALL)
        text = re.sub(r"\s*\n\s*", "\n", text)
        text = re.sub(r"^([\w-]+): ", r"\1:", text, flags=re.MULTILINE)
        text = re.sub(r" ?([{};,])\n", r"\1", text).replace(";}", "}")
        text = re.sub(r",\s", ",", text).replace(" > ", ">")
        return re.sub(r"\b0(?=\.\d)", "", text)

    def _joined_scripts(self) -> str:
        """Return one module; a name that two of them declare would be a SyntaxError in it."""
        text = "\n".join(self._text_of(f"clients_app/js/{name}.js") for name in _MODULES)
        text = re.sub(r'^import \{.*\} from "\./\w+\.js";$', "", text, flags=re.MULTILINE)
        text = re.sub(r"^\s*(//|/\*\*).*$|^export ", "", text, flags=re.MULTILINE)
        text = re.sub(r" // [^'\"`\n]*$", "", text, flags=re.MULTILINE)  # not from within a string
        text = re.sub(r"\s*\n\s*", "\n", text)
        return re.sub(r"([{;,])\n", r"\1", text)

    def _text_of(self, name: str) -> str:
        return Path(self.path(name)).read_text()
