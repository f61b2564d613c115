"""A near miss in one line, on the page of its client."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clients_app.admin.operations.credentials import check_lines
from clients_app.admin.operations.identities import identity_edit
from clients_app.templatetags.moments import day_time


def near_miss_line(row: Any) -> SafeString:
    """Return when it was, what does not fit, and the link to rules that do."""
    of = row.identity or row.key or gettext("No known key")
    texts = [f"{day_time(row.at)} {row.address} {of}.", *check_lines(row.checks)]
    if not row.is_signed:
        texts.append(
            gettext(
                "No key known here signed this, so anyone could have sent it. Do not change a "
                "rule because of it."
            )
        )
    if row.is_mended:
        texts.append(gettext("The rules accept such a token now."))
    line = format_html_join(" ", "{}", ((text,) for text in texts))
    if row.fit is None:
        return line
    edit = reverse(f"admin:{identity_edit.name}", args=[row.identity.pk])
    label, grade = gettext("Make the rule fit"), gettext(row.fit_grade.sentence)
    return format_html('{} <a href="{}?near_miss={}">{}</a> {}', line, edit, row.pk, label, grade)
