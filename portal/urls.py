"""All addresses: the machines' and the people's."""

from django.urls import include, path

from clients_app.admin.site import site
from clients_app.api.views.description import description
from clients_app.web.views import api_reference
from clients_app.web.views.sign_in import sign_in_first
from portal.server.static_files import static_of_another_version

site.sign_in_first = sign_in_first  # doors do not import each other
api_reference.describe = description

urlpatterns = [
    path("static/<path:name>", static_of_another_version),  # after WhiteNoise found no such file
    path("", include("clients_app.api.urls")),  # first: its calls are many
    path("", include("clients_app.oauth.urls")),
    path("", include("clients_app.ops.urls")),
    path("", include("clients_app.admin.urls")),
    path("", include("clients_app.web.urls")),
]
handler400 = "clients_app.web.error_pages.bad_request"
handler403 = "clients_app.web.error_pages.permission_denied"
handler404 = "clients_app.web.error_pages.page_not_found"
handler500 = "clients_app.web.error_pages.server_error"
