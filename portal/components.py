"""What Django loads: its apps, its middleware and its templates."""

from typing import Any, Final

from portal.version import CHECKOUT

INSTALLED_APPS: Final = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",  # sets the template loaders
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "clients_app",
    "portal.server",
]
MIDDLEWARE: Final = [
    "clients_app.http.middleware.named_operations",  # first, so every log line has the id
    "clients_app.api.paths.api_paths",
    "clients_app.http.middleware.own_origin",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clients_app.http.middleware.compressed_pages",
    "csp.middleware.CSPMiddleware",
    "clients_app.http.middleware.page_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clients_app.identity.sessions.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clients_app.http.middleware.own_site_only",  # its page needs the person and htmx
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES: Final[list[dict[str, Any]]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CHECKOUT / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "clients_app.templatetags.charts",
                "clients_app.templatetags.events",
                "clients_app.templatetags.health",
                "clients_app.templatetags.moments",
                "clients_app.templatetags.portal",
                "clients_app.templatetags.snippets",
            ],
        },
    }
]
