"""Why an edit failed, and what follows from it."""

from enum import StrEnum
from typing import Final

from domain.values import Stored


class FailureCode(StrEnum):
    """Why an attempt, or in the end the job, failed. As on the wire."""

    RAW_MISSING = "raw_missing"
    RAW_CHANGED = "raw_changed"
    UNSUPPORTED_IMAGE = "unsupported_image"
    CORRUPT_IMAGE = "corrupt_image"
    IMAGE_TOO_LARGE = "image_too_large"
    OUTAGE = "outage"
    PROCESSING_FAILED = "processing_failed"
    LEASE_EXPIRED = "lease_expired"
    FORCE_UNLOCKED = "force_unlocked"
    CANCELLED = "cancelled"
    FILE_DELETED = "file_deleted"


RETRYABLE: Final = frozenset(
    {FailureCode.OUTAGE, FailureCode.PROCESSING_FAILED, FailureCode.LEASE_EXPIRED}
)
"""The rest would fail in the same way again, or was meant."""

NEEDS_REVISION: Final = frozenset({FailureCode.RAW_MISSING, FailureCode.RAW_CHANGED})
"""The photo has to be uploaded again; the file waits for that and is not called failed."""


class Failure(Stored):
    code: FailureCode
    detail: str


class EditFailed(Exception):
    """The work on a photo ended in a failure that has a name."""

    def __init__(self, code: FailureCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.failure = Failure(code=code, detail=detail)
