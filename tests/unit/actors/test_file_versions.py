"""If-Match at a file's actor: whoever wants to change one version changes no other."""

import pytest

from domain.errors import Code, Refusal
from domain.messages.file import DeleteFile, Submit, UpdateFile
from domain.messages.reply import Done
from domain.snapshot import FileSnapshot
from domain.values import Value
from tests.unit.actors.cores import FileOnPaper
from tests.unit.factories import JOB_ID, LEASE_MS, NOW_MS


def a_rename(*versions: int, name: str = "new.jpg") -> UpdateFile:
    return UpdateFile(caller_id="alice", name=name, versions=versions)


def a_delete(*versions: int) -> DeleteFile:
    return DeleteFile(caller_id="alice", versions=versions)


CHANGES = [a_rename(7), UpdateFile(caller_id="alice", marked=True, versions=(7,)), a_delete(7)]


@pytest.mark.parametrize("versions", [(1,), (7, 1, 3)], ids=["the one", "one of several"])
def test_a_change_of_the_version_there_is_is_made(versions: tuple[int, ...]) -> None:
    file = FileOnPaper()

    changed = file.tell(a_rename(*versions))

    assert isinstance(changed, FileSnapshot)
    assert (changed.name, changed.version) == ("new.jpg", 2)


@pytest.mark.parametrize("message", CHANGES, ids=lambda message: message.type)
def test_a_change_of_a_version_that_is_not_is_refused_and_leaves_nothing(message: Value) -> None:
    file = FileOnPaper()
    before = file.seen()

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.PRECONDITION_FAILED
    assert file.seen() == before


def test_of_two_changes_of_one_version_the_second_is_refused() -> None:
    file = FileOnPaper()
    file.tell(a_rename(1))

    with pytest.raises(Refusal) as refused:
        file.tell(a_rename(1, name="other.jpg"))

    assert refused.value.code is Code.PRECONDITION_FAILED
    assert file.seen().name == "new.jpg"


def test_no_version_at_all_fits_nothing() -> None:
    with pytest.raises(Refusal) as refused:
        FileOnPaper().tell(a_rename())

    assert refused.value.code is Code.PRECONDITION_FAILED


def test_who_names_no_version_takes_the_file_as_it_is() -> None:
    file = FileOnPaper()

    file.tell(UpdateFile(caller_id="alice", name="new.jpg"))
    deleted = file.tell(DeleteFile(caller_id="alice"))

    assert deleted == Done()


@pytest.mark.parametrize("message", CHANGES, ids=lambda message: message.type)
def test_a_lock_is_told_of_before_a_version_that_is_out_of_date(message: Value) -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.FILE_LOCKED


@pytest.mark.parametrize("message", [a_rename(2), a_delete(2)], ids=["rename", "delete"])
def test_a_version_from_before_the_lease_ran_out_is_out_of_date(message: Value) -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    with pytest.raises(Refusal) as refused:
        file.tell(message, NOW_MS + LEASE_MS)

    assert refused.value.code is Code.PRECONDITION_FAILED


def test_a_delete_that_is_repeated_is_answered_as_at_first() -> None:
    file = FileOnPaper()
    first = file.tell(a_delete(1))

    again = file.tell(a_delete(1))

    assert first == again == Done()


def test_a_stranger_hears_of_no_version() -> None:
    with pytest.raises(Refusal) as refused:
        FileOnPaper().tell(UpdateFile(caller_id="bob", name="mine.jpg", versions=(7,)))

    assert refused.value.code is Code.FORBIDDEN


def test_claim_against_delete_one_wins_whichever_comes_first() -> None:
    claimed, deleted = FileOnPaper(), FileOnPaper()
    claimed.submit()
    deleted.submit()

    claimed.claim()
    with pytest.raises(Refusal) as delete_refused:
        claimed.tell(DeleteFile(caller_id="alice"))
    deleted.tell(DeleteFile(caller_id="alice"))
    with pytest.raises(Refusal) as claim_refused:
        deleted.claim()

    assert delete_refused.value.code is Code.FILE_LOCKED
    assert claim_refused.value.code is Code.JOB_NOT_CLAIMABLE


def test_a_deleted_file_takes_no_new_job() -> None:
    file = FileOnPaper()
    file.tell(DeleteFile(caller_id="alice"))

    with pytest.raises(Refusal) as refused:
        file.tell(Submit(caller_id="alice", job_id=JOB_ID))

    assert refused.value.code is Code.FILE_DELETED
