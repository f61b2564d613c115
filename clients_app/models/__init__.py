"""The tables: one file each."""

from clients_app.models.audit_event import AuditEvent, AuditHead
from clients_app.models.audit_segment import AuditSegment
from clients_app.models.calendar_feed import CalendarFeed
from clients_app.models.client import (
    Client,
    ClientOwner,
    ClientRole,
    ClientTag,
    ClientUrl,
    IssuedClientId,
)
from clients_app.models.client_secret import ClientSecret
from clients_app.models.form_key import UsedFormKey
from clients_app.models.link_request import LinkRequest
from clients_app.models.notice import Delivery, Notice
from clients_app.models.notice_channel import NoticeChannel
from clients_app.models.person import Person, PersonRole
from clients_app.models.revoked_token import RevokedToken
from clients_app.models.role import Role
from clients_app.models.saved_filter import SavedFilter
from clients_app.models.short_lived import FailureCount, SharedValue
from clients_app.models.signing_key import SigningKey
from clients_app.models.tenant import Tenant
from clients_app.models.token_refusal import TokenRefusal
from clients_app.models.usage import TokenUsage

__all__ = [
    "AuditEvent",
    "AuditHead",
    "AuditSegment",
    "CalendarFeed",
    "Client",
    "ClientOwner",
    "ClientRole",
    "ClientSecret",
    "ClientTag",
    "ClientUrl",
    "Delivery",
    "FailureCount",
    "IssuedClientId",
    "LinkRequest",
    "Notice",
    "NoticeChannel",
    "Person",
    "PersonRole",
    "RevokedToken",
    "Role",
    "SavedFilter",
    "SharedValue",
    "SigningKey",
    "Tenant",
    "TokenRefusal",
    "TokenUsage",
    "UsedFormKey",
]
