"""The applications of docs/examples that Get started lets people try, at this portal."""

from dataclasses import dataclass
from shlex import quote
from typing import Final

from django.urls import reverse

from clients_app import conf
from clients_app.rules.client_types import (
    CORS_ORIGIN,
    LOGOUT_REDIRECT,
    REDIRECT,
    ClientType,
    UrlKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleApplication:
    """An example: its folder below docs/, its files, where it listens and how it starts."""

    folder: str
    files: tuple[str, ...]
    origin: str
    start: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of its files below docs/."""
        return tuple(f"{self.folder}/{file}" for file in self.files)

    def urls(self, client_type: ClientType) -> list[tuple[UrlKind, str]]:
        """Return what its client must have, list by list."""
        values = {
            REDIRECT: f"{self.origin}/callback",
            LOGOUT_REDIRECT: f"{self.origin}/",
            CORS_ORIGIN: self.origin,
        }
        return [(kind, values[kind]) for kind in client_type.url_kinds]

    def commands(self) -> dict[str, str]:
        """Return the commands that download and start it; readers replace what is in capitals."""
        one = self.files[0] if len(self.files) == 1 else f"{{{','.join(self.files)}}}"
        folder = reverse("help-file", args=[f"{self.folder}/_"]).removesuffix("_")
        return {
            "download": f"curl -O {quote(f'{conf.public_url()}{folder}{one}')}",
            "try": f"ISSUER={quote(conf.issuer())} \\\n  CLIENT_ID=YOUR_CLIENT_ID {self.start}",
        }


SINGLE_PAGE: Final = ExampleApplication(
    folder="examples/single_page_app",
    files=("app.js", "index.html", "package-lock.json", "package.json", "serve.mjs"),
    origin="http://localhost:9100",
    start="npm start",
)
WITH_SERVER: Final = ExampleApplication(
    folder="examples/web_app",
    files=("app.py",),
    origin="http://localhost:9200",
    start="CLIENT_SECRET=YOUR_CLIENT_SECRET uv run app.py",
)


def example_for(client_type: ClientType) -> ExampleApplication:
    """Return the application that a client of this type, which signs people in, is for."""
    return WITH_SERVER if client_type.has_secrets else SINGLE_PAGE
