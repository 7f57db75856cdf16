"""What clients see, in the shapes of docs/api.md, each read off the database."""

from datetime import UTC, datetime
from typing import Final, cast

from tests.origin.database import Database, Row
from tools.api_shapes import (
    Error,
    File,
    FileHistory,
    Job,
    Notification,
    OrderStatus,
    Preview,
    Status,
)

STATUSES: Final[tuple[Status, ...]] = ("queued", "in_progress", "done", "failed")
HISTORY_MAX: Final = 51
COUNTS: Final = """
SELECT COALESCE(jobs.status, 'queued') AS status, COUNT(*) AS count
FROM files LEFT JOIN jobs ON jobs.id = files.job_id
WHERE files.order_id = ? AND deleted = 0 GROUP BY 1
"""


def rfc3339(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cursor(order: Row) -> str:
    return f"{order['epoch']}-{order['version']}"


def status(database: Database, order: Row) -> OrderStatus:
    counts = dict.fromkeys(STATUSES, 0)
    counts |= {row["status"]: row["count"] for row in database.rows(COUNTS, order["id"])}
    return OrderStatus(
        order_id=order["id"],
        total=sum(counts.values()),
        counts=counts,
        revision_required=0,
        paused=False,
        version=order["version"],
        cursor=cursor(order),
    )


def job(row: Row) -> Job:
    error = Error(code=row["error_code"], detail=row["error_detail"])
    return Job(
        id=row["id"],
        file_id=row["file_id"],
        order_id=row["order_id"],
        user_id=row["user_id"],
        status=row["status"],
        attempt=row["attempt"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        error=error if error["code"] else None,
        preview_maker=row["preview_maker"],
        copied_bytes=row["copied_bytes"],
    )


def file(database: Database, row: Row) -> File:
    newest = database.row("SELECT * FROM jobs WHERE id = ?", row["job_id"])
    made = preview(row)
    state: Status = newest["status"] if newest else "queued"
    return File(
        id=row["id"],
        order_id=row["order_id"],
        name=row["name"],
        object_key=row["object_key"],
        size_bytes=row["size_bytes"],
        content_type=row["content_type"],
        status=state,
        marked=bool(row["marked"]),
        locked=state == "in_progress",
        paused=False,
        revision_required=False,
        version=row["version"],
        job=job(newest) if newest else None,
        preview=made,
        preview_url=f"/api/files/{row['id']}/preview" if made else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        archived_at=None,
    )


def preview(row: Row) -> Preview | None:
    """The photo itself; null unless its size in pixels was found."""
    if row["preview_width"] is None:
        return None
    return Preview(
        width=row["preview_width"],
        height=row["preview_height"],
        size_bytes=row["size_bytes"],
        content_type=row["content_type"],
        maker="copy",
    )


def history(database: Database, row: Row) -> FileHistory:
    newest_first = "SELECT * FROM jobs WHERE file_id = ? ORDER BY position DESC LIMIT ?"
    jobs = [job(found) for found in database.rows(newest_first, row["id"], HISTORY_MAX)]
    return cast("FileHistory", {**file(database, row), "jobs": jobs})


def notification(row: Row) -> Notification:
    return Notification(
        id=row["id"],
        kind=row["kind"],
        order_id=row["order_id"],
        file_id=row["file_id"],
        job_id=row["job_id"],
        file_name=row["file_name"],
        detail=None,
        created_at=row["created_at"],
        read_at=row["read_at"],
    )
