"""The addresses of the screens, by subject."""

from django.urls import path

from clients_app.web.urls import account, clients, security
from clients_app.web.urls.page import page
from clients_app.web.views.api_reference import api_reference
from clients_app.web.views.calendar import calendar
from clients_app.web.views.client_list import front
from clients_app.web.views.find import find
from clients_app.web.views.get_started import get_started
from clients_app.web.views.help_files import help_file
from clients_app.web.views.shortcuts import shortcuts
from clients_app.web.views.theme import theme
from clients_app.web.views.token_inspector import token_inspector
from clients_app.web.views.verify_tokens import verify_tokens

urlpatterns = [
    path("", front, name="front"),
    *clients.urlpatterns,
    *security.urlpatterns,
    *account.urlpatterns,
    path("calendar/<str:key>.ics", calendar, name="calendar"),
    path("help/files/<path:name>", help_file, name="help-file"),
    *page("help/api-reference", api_reference, "api-reference"),
    *page("help/verify-tokens", verify_tokens, "verify-tokens"),
    *page("help/token", token_inspector, "token-inspector"),
    *page("help/get-started", get_started, "get-started"),
    *page("help/get-started/<slug:client_type>", get_started, "get-started-type"),
    *page("theme", theme, "theme"),
    *page("find", find, "find"),
    *page("help/shortcuts", shortcuts, "shortcuts"),
]
