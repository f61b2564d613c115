"""All addresses of the screens. Those that ``at`` cannot write are here."""

import pkgutil
from importlib import import_module

from django.urls import URLPattern, path, re_path

from clients_app.web import addresses, views
from clients_app.web.views.calendar import calendar
from clients_app.web.views.choose_password import choose_password
from clients_app.web.views.client_list import front
from clients_app.web.views.help_files import help_file

ONE_TIME_LINK = r"^choose-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/?$"

for module in pkgutil.iter_modules(views.__path__, f"{views.__name__}."):
    import_module(module.name)


def _fixed_parts_first(pattern: URLPattern) -> list[tuple[bool, str]]:
    """Sort ``notices/alerts`` before ``notices/<slug:channel>``, which would take it."""
    return [("<" in part, part) for part in str(pattern.pattern).split("/")]


urlpatterns = [
    path("", front, name="front"),
    *sorted(addresses.patterns, key=_fixed_parts_first),
    re_path(ONE_TIME_LINK, choose_password, name="account_reset_password_from_key"),
    path("calendar/<str:key>.ics", calendar, name="calendar"),
    path("help/files/<path:name>", help_file, name="help-file"),
]
