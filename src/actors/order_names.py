"""The names in an order: reserved before an upload or a rename, held by a file, free again."""

from actors.order_outbox import OrderOutbox
from domain import names
from domain.errors import Code, Refusal
from domain.limits import ORDER_FILES_MAX, RENAME_RESERVATION_LIFETIME_MS
from domain.messages.order import Reserve, Reserved
from domain.snapshot import FileSnapshot
from storage.order_repository import NameHolder, OrderRepository


class OrderNames:
    def __init__(self, repository: OrderRepository, outbox: OrderOutbox) -> None:
        self._repository = repository
        self._outbox = outbox

    def reserve(self, message: Reserve, now_ms: int) -> Reserved:
        name_key = names.collision_key(message.name)
        self._outbox.expire_names(now_ms)
        holder = self._repository.name_holder(name_key, now_ms)
        if holder is None:
            self._check_room(message, now_ms)
        renewed = self._renewable(message, holder)
        file_id = renewed.file_id if renewed else message.file_id
        if holder is not None and holder.file_id != file_id:
            raise Refusal(Code.NAME_TAKEN, f"the order already has a file named {message.name}")
        name = (renewed.name if renewed else None) or message.name
        announced_ms = _announced_ms(message, renewed, now_ms)
        if holder is None or holder.is_reservation:
            expires_ms = now_ms + _reserved_ms(message)
            self._repository.reserve(name_key, file_id, expires_ms, name, announced_ms)
            self._outbox.expect_expiry(expires_ms)
        return Reserved(
            file_id=file_id, name=name, is_repeat=renewed is not None, announced_ms=announced_ms
        )

    def follow(self, known: FileSnapshot | None, news: FileSnapshot, now_ms: int) -> None:
        """The file's name is the one it tells, from now on."""
        if news.deleted:
            self._repository.free_names(news.file_id)
        elif known is None or news.name != known.name:
            name_key = names.collision_key(news.name)
            self._repository.hold_name(news.file_id, name_key, now_ms)

    def _renewable(self, message: Reserve, holder: NameHolder | None) -> NameHolder | None:
        """An upload of that name that was begun and not finalized.

        Its first spelling is in the key of bytes that may have been stored under it already.
        """
        if holder is None or not (message.is_upload and holder.is_reservation):
            return None
        is_known = self._repository.known(holder.file_id) is not None
        return None if is_known else holder

    def _check_room(self, message: Reserve, now_ms: int) -> None:
        if message.is_upload and self._repository.held_files(now_ms) >= ORDER_FILES_MAX:
            raise Refusal(Code.ORDER_FULL, f"an order holds at most {ORDER_FILES_MAX} files")


def _reserved_ms(message: Reserve) -> int:
    return message.lifetime_ms if message.is_upload else RENAME_RESERVATION_LIFETIME_MS


def _announced_ms(message: Reserve, renewed: NameHolder | None, now_ms: int) -> int | None:
    if renewed is not None:
        return renewed.announced_ms
    return now_ms if message.is_upload else None
