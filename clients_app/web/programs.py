"""The programs of "Connect your application": which there are for each way to prove a client."""

from typing import Final, NamedTuple

from django.utils.translation import gettext

from clients_app.rules.federation.preset import Preset


class Program(NamedTuple):
    """A tab; ``kind`` chooses its template and shows it."""

    kind: str
    label: str
    template: str


class Signing(NamedTuple):
    """How libraries name what signs with an algorithm; a language that cannot has no program."""

    joserfc_key: str
    java_key: str
    java_signature: str
    go_key: str
    key_class: str = ""  # of .NET


SIGNING: Final = {
    "RS256": Signing("RSAKey", "RSA", "SHA256withRSA", "RSA", "RSA"),
    "PS256": Signing("RSAKey", "RSA", "RSASSA-PSS", "RSA", "RSA"),
    "ES256": Signing("ECKey", "EC", "SHA256withECDSAinP1363Format", "EC", "ECDsa"),
    "EdDSA": Signing("OKPKey", "Ed25519", "Ed25519", "Ed"),
}
_LABELS: Final = {
    "curl": "curl",
    "python": "Python",
    "csharp": "C#",
    "powershell": "PowerShell",
    "node": "Node.js",
    "java": "Java",
    "go": "Go",
    "env": ".env",
    "json": "appsettings.json",
    "authlib": "Python (Authlib)",
    "node-client": "Node.js (openid-client)",
    "oidc-client-ts": "JavaScript (oidc-client-ts)",
}
_PLACE: Final = "clients_app/snippets/"
_BY_SECRET: Final = tuple(list(_LABELS)[:9])
_LANGUAGES: Final = ("python", "csharp", "powershell", "node", "java", "go")
_TEMPLATES: Final = {
    "authlib": "_authlib",
    "node-client": "_openid_client",
    "oidc-client-ts": "_oidc_client_ts",
}
#: how the files are called in which a platform's jobs are written; others run a shell
_FILES: Final = {
    "github": ".github/workflows/token.yml",
    "gitlab": ".gitlab-ci.yml",
    "bitbucket": "bitbucket-pipelines.yml",
    "circleci": ".circleci/config.yml",
    "kubernetes": "pod.yml",
}


def by_secret() -> list[Program]:
    """Return the programs of a machine with a secret."""
    return [_program(kind, f"_{kind}") for kind in _BY_SECRET]


def by_key(algorithm: str) -> list[Program]:
    """Return the programs that sign with ``algorithm``."""
    of_dotnet = ("csharp", "powershell")
    kinds = [k for k in _LANGUAGES if k not in of_dotnet or SIGNING[algorithm].key_class]
    programs = [_program(kind, f"_assertion_{kind}") for kind in kinds]
    if algorithm in ("ES256", "RS256"):
        programs.append(_program("curl", "_assertion_openssl"))
    return [*programs, *(_program(kind, f"_assertion_{kind}") for kind in ("env", "json"))]


def by_identity(preset: Preset, *, in_file: bool) -> list[Program]:
    """Return the job of a platform, and the programs that send its token."""
    job = Program(
        "job", _FILES.get(preset.key, gettext("Shell")), f"{_PLACE}jobs/_{preset.key}.html"
    )
    kinds = ("curl", *_LANGUAGES) if in_file else _LANGUAGES
    return [job, *(_program(kind, f"_assertion_{kind}") for kind in kinds)]


def signing_in(*, by_server: bool) -> list[Program]:
    """Return the programs of an application that people sign in to, by a server or a browser."""
    kinds = ("authlib", "node-client") if by_server else ("oidc-client-ts",)
    programs = [_program(kind, _TEMPLATES[kind]) for kind in kinds]
    return [*programs, _program("env", "_sign_in_env")]


def _program(kind: str, template: str) -> Program:
    return Program(kind, _LABELS[kind], f"{_PLACE}{template}.html")
