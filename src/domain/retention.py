"""What becomes of a finished file's objects: archived after a while, and leftovers removed."""

from domain import file as files
from domain import keys
from domain.file import File


def may_archive(file: File) -> bool:
    is_idle = file.job is None or not file.job.is_active
    is_edited = file.edited_at_ms is not None and file.processed_key is not None
    return is_idle and is_edited and file.archived_at_ms is None and file.deleted_at_ms is None


def archived(file: File, processed_key: str, now_ms: int) -> File:
    """What lay there was copied to the archive; unless the file has moved on, it lies there now."""
    archive_key = keys.archived(processed_key)
    if file.processed_key == archive_key or file.deleted_at_ms is not None:
        return file
    if file.processed_key != processed_key or not may_archive(file):
        return _with_leftover(file, archive_key)
    return files.changed(
        file,
        now_ms,
        processed_key=archive_key,
        preview=None,
        archived_at_ms=now_ms,
        leftovers=files.left_over(swept(file, (archive_key,)), files.derived_keys(file)),
    )


def swept(file: File, object_keys: tuple[str, ...]) -> File:
    """Those are removed. Not a new version: nobody could see them."""
    remaining = tuple(key for key in file.leftovers if key not in object_keys)
    return file.model_copy(update={"leftovers": remaining})


def _with_leftover(file: File, object_key: str) -> File:
    """A copy nobody asked for in the end. Not a new version either."""
    if object_key in file.leftovers:
        return file
    return file.model_copy(update={"leftovers": files.left_over(file, (object_key,))})
