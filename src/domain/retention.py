"""What becomes of a finished file's objects: archived after a while, and leftovers removed."""

from domain import file as files
from domain import keys
from domain.file import File


def may_archive(file: File) -> bool:
    is_idle = file.job is None or not file.job.is_active
    is_edited = file.edited_at_ms is not None and file.processed_key is not None
    return is_idle and is_edited and file.archived_at_ms is None and file.deleted_at_ms is None


def archived(file: File, processed_key: str, now_ms: int) -> File:
    """What lay there was copied to the archive; unless the file has moved on, it lies there now.

    A copy that came too late is left over once the next edit is done (`domain/file.py`).
    """
    if file.processed_key != processed_key or not may_archive(file):
        return file
    return files.changed(
        file,
        now_ms,
        processed_key=keys.archived(processed_key),
        preview=None,
        archived_at_ms=now_ms,
        leftovers=files.left_over(file, files.derived_keys(file)),
    )


def lost(file: File, processed_key: str) -> File:
    """What was to be archived is not there, and will not come back: nothing is waited for.

    Not called archived, so the preview stays: it is all that is left. A new edit mends it.
    """
    if file.processed_key != processed_key or file.deleted_at_ms is not None:
        return file
    return file.model_copy(update={"processed_key": None})


def swept(file: File, object_keys: tuple[str, ...]) -> File:
    """Those are removed. Not a new version: nobody could see them."""
    remaining = tuple(key for key in file.leftovers if key not in object_keys)
    return file.model_copy(update={"leftovers": remaining})
