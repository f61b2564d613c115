"""The WSGI callable that the production server runs: Django behind a short way to tokens."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
_django = get_wsgi_application()  # first: it makes the models ready

from clients_app.oauth.wsgi import in_front_of  # noqa: E402  needs the models

application = in_front_of(_django)
