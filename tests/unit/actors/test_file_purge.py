"""A deleted file's bytes: owed to be removed until they are, whoever else hears of it."""

from actors.effects import PurgeObjects, TellOrder
from domain import keys
from domain.limits import EFFECT_RETRY_FIRST_MS
from domain.messages.file import DeleteFile
from tests.unit.actors.cores import FileOnPaper
from tests.unit.factories import FILE_ID, NOW_MS

DELETE = DeleteFile(caller_id="alice")


def test_a_deleted_files_bytes_are_removed_and_the_order_hears() -> None:
    file = FileOnPaper()
    file.settle()
    file.tell(DELETE)

    purge, tell = file.settle()

    root = "user/alice/orders/summer-42"
    everything = tuple(f"{root}/{kind}/{FILE_ID}/" for kind in keys.KINDS)
    assert purge == PurgeObjects(FILE_ID, everything)
    assert isinstance(tell, TellOrder)
    assert tell.apply.snapshot.deleted


def test_while_bytes_cannot_be_removed_the_order_hears_nevertheless() -> None:
    file = FileOnPaper()
    file.tell(DELETE)

    _purge, tell = file.owed()

    assert isinstance(tell, TellOrder)
    assert tell.apply.snapshot.deleted


def test_removing_bytes_is_owed_until_it_succeeds() -> None:
    file = FileOnPaper()
    file.tell(DELETE)
    file.owed()

    again = file.settle(NOW_MS + EFFECT_RETRY_FIRST_MS)

    assert any(isinstance(effect, PurgeObjects) for effect in again)
    assert file.owed(NOW_MS + 2 * EFFECT_RETRY_FIRST_MS) == []


def test_bytes_are_removed_once_more_when_no_signed_upload_can_bring_any() -> None:
    file = FileOnPaper()
    file.tell(DELETE)
    file.settle()
    later_ms = NOW_MS + file.settings.sweep_after_ms

    assert file.owed(later_ms - 1) == []
    assert [type(effect) for effect in file.settle(later_ms)] == [PurgeObjects]
    assert file.core.next_deadline_ms() is None


def test_deleting_twice_owes_the_removal_once() -> None:
    file = FileOnPaper()
    file.tell(DELETE)
    file.settle()

    file.tell(DELETE)

    assert file.owed() == []
