"""Requests for a mail with a one-time link, until the worker answers them."""

from django.db import models

from clients_app import limits


class LinkRequest(models.Model):
    """The address that someone typed at "Forgot password"; it need not be anyone's."""

    email = models.CharField(max_length=limits.EMAIL_MAX)

    def __str__(self) -> str:
        return self.email
