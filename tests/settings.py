"""The product's settings, unchanged, in the environment of the tests."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import rsa_keys

for _name in (  # what a developer may have set for their own portal, except DATABASE_URL
    *("PORT", "BIND", "WORKERS", "PUBLIC_URL", "TRUSTED_PROXIES", "TLS_CERT", "TLS_KEY"),
    *("SECRET_KEY", "SECRET_KEY_FILE", "SECRET_KEY_FALLBACKS", "CACHE_URL", "MAIL_URL"),
    *("PORTAL_TENANT_NAME", "PORTAL_ADMIN_USERNAME"),
    *("PORTAL_ADMIN_PASSWORD", "PORTAL_ADMIN_PASSWORD_FILE", "REQUIRE_MFA", "CLIENTS_PER_TENANT"),
    "ACTIVITY_KEEP_DAYS",
    *(
        "API_SCOPES",
        "TOKEN_AUDIENCE",
        "TOKEN_SIGNING_ALGORITHM",
        "TIME_ZONE",
        "LOG_FORMAT",
        "LOG_TOKENS",
    ),
    "AUDIT_STREAM",
    "API_REQUESTS_PER_MINUTE",
    *[name for name in os.environ if name.startswith("OIDC_")],
    *("TOKEN_SIGNING_KEY_BITS", "KEY_ROTATION_DAYS", "JWKS_MAX_AGE"),
    *("PORTAL_NAME", "MAIL_FROM", "NOTICE_HOUR", "OUTGOING_ALLOWED_HOSTS", "METRICS_TOKEN"),
):
    os.environ.pop(_name, None)
_folder = os.environ.get("TESTS_DATA_DIR", "")  # prepared: `make mutants` starts tests often
if not _folder:
    _folder = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder

rsa_keys.reuse()  # before the modules that generate keys

from portal.settings import *  # noqa: E402, F403  after its environment
from portal.settings import DATABASES  # noqa: E402  after its environment
from portal.storage.postgresql import silence  # noqa: E402  after its environment

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # a file, as in production
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
    DATABASES["short_lived"]["TEST"] = {
        "NAME": str(Path(_folder) / "test-short-lived.sqlite3"),
        "MIGRATE": False,
    }
else:  # a transaction lasts as long as its test, and others wait for it, on a busy machine too
    DATABASES["default"]["OPTIONS"]["options"] += (
        " -c idle_in_transaction_session_timeout=120000 -c lock_timeout=60000"
    )

# WhiteNoise looks for a file when it is asked for one: each browser of a test is a new server, and
# listing all files takes it longer than most tests.
WHITENOISE_AUTOREFRESH = True
# Cleared between tests; running portals share theirs.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
silence.ANSWER_S = 60  # a busy machine is not a silent server
