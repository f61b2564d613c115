"""Apache with mod_auth_openidc as a verifier: it caches the public keys for an hour."""

import os
from typing import Final

from tests.verifiers.apis import Setting

_MODULES: Final = "/usr/lib/apache2/modules"
_NEEDED: Final = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "auth_openidc")


def by_apache(setting: Setting, port: int, *, front: str) -> list[str]:
    """Return Apache with one page; it fetches the keys from ``front``, only over HTTPS."""
    folder = setting.folder / f"apache-{port}"
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    (folder / "pages" / "index.html").write_text("Come in.")
    for part in (setting.folder, folder, folder / "pages"):
        part.chmod(0o755)  # its workers do not run as root
    loaded = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _NEEDED)
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    jwks = f"{front}/identity/.well-known/openid-configuration/jwks"
    (folder / "apache.conf").write_text(f"""
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
{loaded}
{user}
StartServers 1
DocumentRoot {folder}/pages
DirectoryIndex index.html
OIDCOAuthVerifyJwksUri {jwks}
OIDCOAuthSSLValidateServer Off
OIDCOAuthRemoteUserClaim sub
<Location />
  AuthType oauth20
  <RequireAll>
    Require claim iss:{setting.issuer}
    Require claim aud:{setting.audience}
    Require claim tid:{setting.tenant_id}
  </RequireAll>
</Location>
""")
    return ["/usr/sbin/apache2", "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
