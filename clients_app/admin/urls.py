"""The addresses below /admin/, and the models that the site shows."""

from django.urls import path
from django.views.generic import RedirectView

from clients_app import models
from clients_app.admin.api import ApiAdmin
from clients_app.admin.audit_event import AuditEventAdmin
from clients_app.admin.client import ClientAdmin
from clients_app.admin.credentials import ClientKeyAdmin, ClientSecretAdmin, FederatedIdentityAdmin
from clients_app.admin.person import PersonAdmin
from clients_app.admin.role import RoleAdmin
from clients_app.admin.signing_key import SigningKeyAdmin
from clients_app.admin.site import site
from clients_app.admin.tenant import TenantAdmin
from clients_app.admin.token_usage import TokenUsageAdmin

site.register(models.Tenant, TenantAdmin)
site.register(models.Person, PersonAdmin)
site.register(models.Role, RoleAdmin)
site.register(models.Api, ApiAdmin)
site.register(models.Client, ClientAdmin)
site.register(models.ClientSecret, ClientSecretAdmin)
site.register(models.ClientKey, ClientKeyAdmin)
site.register(models.FederatedIdentity, FederatedIdentityAdmin)
site.register(models.SigningKey, SigningKeyAdmin)
site.register(models.AuditEvent, AuditEventAdmin)
site.register(models.TokenUsage, TokenUsageAdmin)

urlpatterns = [
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", site.urls),
]
