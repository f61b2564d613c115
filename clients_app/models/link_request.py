"""Requests for an e-mail with a one-time link, until the worker handles them."""

from django.db import models

from clients_app import limits


class LinkRequest(models.Model):
    """The address that was entered at "Forgot password"; it may belong to nobody."""

    email = models.CharField(max_length=limits.EMAIL_MAX)

    def __str__(self) -> str:
        return self.email
