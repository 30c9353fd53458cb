"""No body larger than the largest list: looked at before any of it is written to the disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# For the form's other fields, and what parts them.
ALLOWANCE_BYTES = 1 << 20


class BoundedUpload(FileUploadHandler):
    """Stands before the handlers that keep the file, and only looks how long the body is."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (Django's own name)
        content_length: int,
        *rest: Any,
        **more: Any,
    ) -> None:
        """Let it be read.

        Raises:
            RequestDataTooBig: it is too long; the answer is 400.
        """
        if content_length > (settings.TRANSACTIONS_MAX_MB << 20) + ALLOWANCE_BYTES:
            raise RequestDataTooBig(f"{content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """For the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""
