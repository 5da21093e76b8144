"""A bound for what is uploaded: what is too large is thrown away while it arrives, before it fills a disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class Bounded(FileUploadHandler):
    """Comes before the other handlers, and tells the page by `request.too_large`."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Counting begins anew with each file."""
        super().new_file(*args, **kwargs)
        self.had = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Pass on what arrives until it is too much."""
        self.had += len(raw_data)
        if self.had > settings.DOCUMENT_MOST_BYTES:
            self.request.too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        """The handlers that follow keep the file."""
        return
