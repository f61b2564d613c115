"""The addresses below /admin/, and which models are shown there."""

from django.urls import path
from django.views.generic import RedirectView

from clients_app.admin.audit_event import AuditEventAdmin
from clients_app.admin.client import ClientAdmin
from clients_app.admin.client_secret import ClientSecretAdmin
from clients_app.admin.person import PersonAdmin
from clients_app.admin.role import RoleAdmin
from clients_app.admin.signing_key import SigningKeyAdmin
from clients_app.admin.site import site
from clients_app.admin.tenant import TenantAdmin
from clients_app.admin.token_usage import TokenUsageAdmin
from clients_app.models import (
    AuditEvent,
    Client,
    ClientSecret,
    Person,
    Role,
    SigningKey,
    Tenant,
    TokenUsage,
)

site.register(Tenant, TenantAdmin)
site.register(Person, PersonAdmin)
site.register(Role, RoleAdmin)
site.register(Client, ClientAdmin)
site.register(ClientSecret, ClientSecretAdmin)
site.register(SigningKey, SigningKeyAdmin)
site.register(AuditEvent, AuditEventAdmin)
site.register(TokenUsage, TokenUsageAdmin)

urlpatterns = [
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", site.urls),
]
