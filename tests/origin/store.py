"""Orders and files: finding them for their owner, and changing them so that watchers hear of it."""

import json

from tests.origin import views
from tests.origin.database import Database, Row, Scalar, now_ms
from tests.origin.dialect import FILE_NOT_FOUND, FORBIDDEN, NAME_TAKEN, ORDER_NOT_FOUND, Refusal
from tests.origin.hub import Hub
from tests.origin.names import name_key
from tools.api_shapes import Finalized


class Store:
    def __init__(self, database: Database, hub: Hub) -> None:
        self.database = database
        self._hub = hub

    def order(self, order_id: str, user_id: str) -> Row:
        found = self.database.row("SELECT * FROM orders WHERE id = ?", order_id)
        if found is None:
            raise Refusal(ORDER_NOT_FOUND)
        if found["owner_id"] != user_id:
            raise Refusal(FORBIDDEN)
        return found

    def file(self, file_id: str, user_id: str, *, may_be_deleted: bool = False) -> Row:
        found = self.database.row("SELECT * FROM files WHERE id = ?", file_id)
        if found is None:
            raise Refusal(FILE_NOT_FOUND)
        if found["owner_id"] != user_id:
            raise Refusal(FORBIDDEN)
        if found["deleted"] and not may_be_deleted:
            raise Refusal(FILE_NOT_FOUND)
        return found

    def files(self, order_id: str, after: int = 0, limit: int = -1) -> list[Row]:
        wanted = "SELECT * FROM files WHERE order_id = ? AND deleted = 0 AND position > ?"
        return self.database.rows(f"{wanted} ORDER BY position LIMIT ?", order_id, after, limit)

    def begin_order(self, order_id: str, owner_id: str, epoch: str) -> Row:
        self.database.rows(
            "INSERT OR IGNORE INTO orders (id, owner_id, epoch) VALUES (?, ?, ?)",
            order_id,
            owner_id,
            epoch,
        )
        return self.order(order_id, owner_id)

    def check_free(self, order_id: str, name: str, file_id: str) -> None:
        if not self.is_free(order_id, name, file_id):
            raise Refusal(NAME_TAKEN)

    def is_free(self, order_id: str, name: str, file_id: str) -> bool:
        """No other file has the name, nor has an upload that was begun."""
        key = name_key(name)
        taken = self.database.number(
            "SELECT COUNT(*) FROM files WHERE order_id = ? AND name_key = ? AND deleted = 0"
            " AND id != ?",
            *(order_id, key, file_id),
        )
        begun = self.database.number(
            "SELECT COUNT(*) FROM intents WHERE order_id = ? AND name_key = ? AND file_id != ?"
            " AND is_finalized = 0 AND expires_at_ms > ?",
            *(order_id, key, file_id, now_ms()),
        )
        return not taken and not begun

    def register(self, owner_id: str, finalized: Finalized) -> None:
        """A file comes to be. Within a transaction."""
        columns: dict[str, Scalar] = {
            "id": finalized["file_id"],
            "order_id": finalized["order_id"],
            "owner_id": owner_id,
            "name": finalized["name"],
            "name_key": name_key(finalized["name"]),
            "object_key": finalized["object_key"],
            "size_bytes": finalized["size_bytes"],
            "content_type": finalized["content_type"],
            "finalized": compact(finalized),
            "created_at": finalized["created_at"],
            "updated_at": finalized["created_at"],
        }
        self.insert("files", columns)
        self._advance(finalized["order_id"])

    def change(self, file_id: str, *, steps: int = 1, **columns: Scalar) -> None:
        """With a new version, the order's too. Within a transaction."""
        assignments = "".join(f", {name} = ?" for name in columns)
        self.database.rows(
            f"UPDATE files SET version = version + ?, updated_at = ?{assignments} WHERE id = ?",  # noqa: S608 - names of ours
            *(steps, views.rfc3339(now_ms()), *columns.values(), file_id),
        )
        order_id = self.database.rows("SELECT order_id FROM files WHERE id = ?", file_id)[0][0]
        self._advance(order_id)

    def insert(self, table: str, columns: dict[str, Scalar]) -> None:
        marks = ", ".join("?" * len(columns))
        self.database.rows(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - names of ours
            *columns.values(),
        )

    def tell(self, file_id: str) -> None:
        """Watchers hear of a file's newest state, once it is kept."""
        file = self.database.rows("SELECT * FROM files WHERE id = ?", file_id)[0]
        order = self.order(file["order_id"], file["owner_id"])
        data = {
            "file": views.file(self.database, file),
            "status": views.status(self.database, order),
        }
        event = {
            "specversion": "1.0",
            "id": views.cursor(order),
            "source": f"/api/orders/{order['id']}",
            "type": "darkroom.file.deleted" if file["deleted"] else "darkroom.file.changed",
            "subject": file_id,
            "time": views.rfc3339(now_ms()),
            "datacontenttype": "application/json",
            "cursor": views.cursor(order),
            "data": data,
        }
        self._hub.publish(order["id"], compact(event))

    def _advance(self, order_id: str) -> None:
        self.database.rows("UPDATE orders SET version = version + 1 WHERE id = ?", order_id)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
