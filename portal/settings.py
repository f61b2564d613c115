"""All settings. They come from environment variables, which docs/operations.md lists."""

import os
from email.utils import formataddr
from functools import partial
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from clients_app import data_files, limits
from portal import components, connections, secret_files, sign_on_providers
from portal import environment as env
from portal.cpus import usable_cpus
from portal.version import CHECKOUT, VERSION

os.umask(0o077)  # files of the portal are for its own user alone (DEP-15)

BASE_DIR = CHECKOUT
DATA_DIR = env.data_dir()

# The server
PORT = env.number("PORT", 8000, 1, 65535)
BIND = env.address("BIND", "127.0.0.1")
WORKERS = env.number("WORKERS", usable_cpus(), 1, 256)
CONNECTIONS = env.number("CONNECTIONS", 20_000, 256, 1_000_000)
TLS_FILES = env.tls_files()
PUBLIC_URL = env.public_url(f"{'https' if TLS_FILES else 'http'}://localhost:{PORT}")
HTTPS = PUBLIC_URL.startswith("https:")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
DEBUG = env.no_debug("DEBUG")
HOST = urlsplit(PUBLIC_URL).hostname or ""
ALLOWED_HOSTS = [f"[{HOST}]" if ":" in HOST else HOST]
if HOST in env.LOOPBACK:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Secrets: every other key is derived from this one
SECRET_KEY = secret_files.secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = secret_files.former_keys()

# What pages, mails and authenticator apps call the product
PORTAL_NAME = env.line("PORTAL_NAME", "Portal", limits.PORTAL_NAME_MAX)

# The first start; the password is read when it is needed and not stored
FIRST_TENANT_NAME = env.text("PORTAL_TENANT_NAME", "My organisation")
FIRST_ADMINISTRATOR = env.text("PORTAL_ADMIN_USERNAME", "administrator")
FIRST_PASSWORD = partial(secret_files.secret_from, "PORTAL_ADMIN_PASSWORD")

# Tokens, keys and limits
API_SCOPES = env.scopes("API_SCOPES", "api ocsapi")
TOKEN_AUDIENCE = env.audience("TOKEN_AUDIENCE")
TOKEN_SIGNING_ALGORITHM = env.choice("TOKEN_SIGNING_ALGORITHM", "RS256", "ES256", "PS256", "EdDSA")
TOKEN_SIGNING_KEY_BITS = int(env.choice("TOKEN_SIGNING_KEY_BITS", "2048", "3072", "4096"))
REFRESH_IDLE = env.number("REFRESH_IDLE", 3600, 60, 31_536_000)  # seconds
REFRESH_MAX = env.number("REFRESH_MAX", 28_800, 60, 31_536_000)  # seconds
KEY_ROTATION_DAYS = env.number("KEY_ROTATION_DAYS", 90, 1, 3650)
JWKS_MAX_AGE = env.number("JWKS_MAX_AGE", 900, 10, 900)  # seconds
ACTIVITY_KEEP_DAYS = env.number("ACTIVITY_KEEP_DAYS", 0, 0, 36_500)
CLIENTS_PER_TENANT = env.number("CLIENTS_PER_TENANT", limits.CLIENTS_PER_TENANT, 1, 10_000_000)

INSTALLED_APPS = components.INSTALLED_APPS
MIDDLEWARE = components.MIDDLEWARE
TEMPLATES = components.TEMPLATES
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Databases and cache
DATABASES = connections.databases(DATA_DIR)
DATABASE_ROUTERS = ["portal.storage.router.Router"]
CACHES = {"default": connections.cache()}

# People
AUTH_USER_MODEL = "clients_app.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["clients_app.identity.password_hashers.PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 3600  # seconds that a one-time link is valid
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": limits.PASSWORD_MIN},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "clients_app.identity.password_strength.StrengthValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clients_app.identity.account_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "clients_app.identity.link_tokens.LinkTokens"  # noqa: S105  a class
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds that a proof of identity is valid
ACCOUNT_RATE_LIMITS = dict.fromkeys(  # ``identity/guesses.py`` limits these instead
    ("login", "login_failed", "reauthenticate", "change_password", "reset_password_from_key")
) | {"reset_password": "20/m/ip"}
REQUIRE_MFA = env.switch("REQUIRE_MFA")
MFA_ADAPTER = "clients_app.identity.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds (RFC 6238 section 5.2)
SIGN_ON_PROVIDERS = sign_on_providers.providers()
SIGN_ON_ONLY = sign_on_providers.only_by_them(SIGN_ON_PROVIDERS)
SOCIALACCOUNT_ADAPTER = "clients_app.identity.sign_on.adapter.SignOnAdapter"

# Messages; without MAIL_URL no mail is sent
MAIL = connections.mail("MAIL_URL")
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
vars().update(MAIL)
EMAIL_TIMEOUT = 15  # seconds
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", formataddr((PORTAL_NAME, f"portal@{HOST}")))
NOTICE_HOUR = env.number("NOTICE_HOUR", 8, 0, 23)  # in TIME_ZONE
OUTGOING_ALLOWED_HOSTS = env.words("OUTGOING_ALLOWED_HOSTS")
METRICS_TOKEN = secret_files.secret_from("METRICS_TOKEN")

# Sessions and cookies; names with __Host- require https
SESSION_ENGINE = "clients_app.identity.session_store"
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "clients_app.web.error_pages.csrf_failure"

# Headers
SECURE_SSL_REDIRECT = HTTPS
HSTS = env.choice("HSTS", "host", "subdomains", "preload", "off")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS and HSTS != "off" else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS in {"subdomains", "preload"}
SECURE_HSTS_PRELOAD = HSTS == "preload"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [  # for machines
    r"^identity/(?!connect/(authorize|consent|endsession))",
    r"^(livez|readyz|readyz/tokens|metrics)$",
    r"^api/",
]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = ["auth.E003"]  # a key makes usernames unique, ignoring case
# The domain belongs to the operator, who decides about its other hosts (HSTS).
SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W005", "security.W021"]
if not HTTPS:  # http on loopback: no HSTS, no redirect, no Secure cookies (WEB-11)
    SILENCED_SYSTEM_CHECKS += ["security.W008", "security.W011", "security.W016"]

# The REST API
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 60_000, 1, 10_000_000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clients_app.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["clients_app.api.authentication.OwnTenant"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "clients_app.api.json_body.AlwaysJson",
    "DEFAULT_PARSER_CLASSES": ["clients_app.api.json_body.JsonBody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["clients_app.api.throttle.PerCaller"],
    "DEFAULT_SCHEMA_CLASS": "clients_app.api.openapi.Schema",
    "EXCEPTION_HANDLER": "clients_app.api.errors.answer_of",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Security > Clients",
    "DESCRIPTION": "Manages clients, secrets, roles and APIs; compatible with CDS.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "DISABLE_ERRORS_AND_WARNINGS": True,
    "SERVERS": [{"url": PUBLIC_URL}],
}

# Language, time zone, files
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # add a language with its catalog in clients_app/locale
LOCALE_PATHS = [BASE_DIR / "clients_app" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE")
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / data_files.STATIC_ROOT
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {"staticfiles": {"BACKEND": "portal.server.static_storage.PortalStorage"}}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # only our own pages load them
FILE_UPLOAD_PERMISSIONS = None  # of static files: as the umask says
# The longest form is that of 20 URLs of 2,000 characters, each up to three bytes, and a client's
# other texts, up to twelve bytes a character. The protocol endpoints have their own limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 163_840
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a client may have many scopes at many APIs

AUDIT_STREAM = env.stream("AUDIT_STREAM")
BACKUP_RECIPIENTS = env.age_recipients("BACKUP_RECIPIENTS")
BACKUP_IDENTITY = partial(secret_files.secret_from, "BACKUP_IDENTITY")  # read by `restore` alone
LOG_TOKENS = env.switch("LOG_TOKENS")
LOG_FORMAT = env.choice("LOG_FORMAT", "text", "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "portal.server.logs.Text"},
        "json": {"()": "portal.server.logs.Json"},
    },
    "handlers": {"console": {"class": "portal.server.console.Console", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # not twice
        "fido2": {"level": "WARNING"},  # each use of a passkey is an event
    },
}
