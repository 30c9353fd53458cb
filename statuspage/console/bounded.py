"""Refuse request bodies larger than the largest list before anything is written to disk."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may

# For the form's other fields and the multipart boundaries.
ALLOWANCE_BYTES = 1 << 20


def lists_up_to(setting: str, act: Act) -> Callable[[HttpRequest], int]:
    """Return the rule of a page that takes a list of so many megabytes, from those who may."""

    def rule(request: HttpRequest) -> int:
        allowed = isinstance(request.user, Staff) and may(request.user, act)
        return (getattr(settings, setting) << 20) + ALLOWANCE_BYTES if allowed else 0

    return rule


class BoundedUpload(FileUploadHandler):
    """An upload handler that checks the body's length before the handlers that store the file."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (Django's own name)
        content_length: int,
        *rest: Any,
        **more: Any,
    ) -> None:
        """Raise RequestDataTooBig, which is answered with 400, for a body that is too long."""
        if content_length > (settings.TRANSACTIONS_MAX_MB << 20) + ALLOWANCE_BYTES:
            raise RequestDataTooBig(f"{content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the data on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Return None, so that the next handler stores the file."""
