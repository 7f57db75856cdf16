"""Ids: which may address an actor."""

import pytest
from pydantic import TypeAdapter, ValidationError

from domain import ids
from domain.messages.file import Dispatch
from tests.unit.factories import FILE_ID, JOB_ID, OTHER_FILE_ID

HEX = "0123456789abcdef" * 2

NO_CHOSEN_IDS = [
    "",
    "-a",
    "_a",
    "a" * 65,
    "a b",
    "a/b",
    "a.b",
    "a\n",
    "é",
    "٣",
    "a\x00",
    "..",
]
NO_FILE_IDS = [
    "",
    "file_",
    f"file_{HEX[1:]}",
    f"file_{HEX}0",
    f"file_{HEX.upper()}",
    f"job_{HEX}",
    f"FILE_{HEX}",
    f"file_{HEX}\n",
    f" file_{HEX}",
]


@pytest.mark.parametrize("text", ["a", "A1", "summer-42", "0", "a_-", "a" * 64])
def test_a_client_may_choose_a_plain_id(text: str) -> None:
    assert ids.is_chosen_id(text)
    assert TypeAdapter(ids.OrderId).validate_python(text) == text


@pytest.mark.parametrize("text", ["a", "lobby", "user-a_1", f"order-{'a' * 64}"])
def test_a_room_may_be_called_so(text: str) -> None:
    assert ids.is_room_id(text)


@pytest.mark.parametrize("text", sorted({*NO_CHOSEN_IDS, "a" * 71} - {"a" * 65}))
def test_a_room_may_not_be_called_so(text: str) -> None:
    assert not ids.is_room_id(text)


@pytest.mark.parametrize("text", NO_CHOSEN_IDS)
def test_any_other_chosen_id_is_refused_in_paths_and_bodies_alike(text: str) -> None:
    assert not ids.is_chosen_id(text)
    with pytest.raises(ValidationError):
        TypeAdapter(ids.OrderId).validate_python(text)


@pytest.mark.parametrize("text", NO_FILE_IDS)
def test_what_is_not_a_file_id_is_refused_in_paths_and_bodies_alike(text: str) -> None:
    assert not ids.is_file_id(text)
    with pytest.raises(ValidationError):
        TypeAdapter(ids.FileId).validate_python(text)


def test_new_ids_have_the_shape_that_is_checked() -> None:
    assert ids.is_file_id(ids.new_file_id())
    job_id = ids.new_job_id(FILE_ID)
    assert TypeAdapter(ids.JobId).validate_python(job_id)
    assert ids.is_notification_id(ids.notification_id(job_id))


def test_a_job_id_tells_its_file() -> None:
    assert ids.file_of(ids.new_job_id(FILE_ID)) == FILE_ID
    assert ids.file_of(ids.derived_job_id(FILE_ID, "submit", "key")) == FILE_ID


def test_the_same_causes_derive_the_same_job_id_and_others_another() -> None:
    derived = ids.derived_job_id(FILE_ID, "a", "b")

    assert ids.is_job_id(derived)
    assert derived == ids.derived_job_id(FILE_ID, "a", "b")
    assert derived != ids.derived_job_id(FILE_ID, "ab")
    assert derived != ids.derived_job_id(OTHER_FILE_ID, "a", "b")


def test_no_two_new_ids_are_the_same() -> None:
    assert ids.new_file_id() != ids.new_file_id()


def test_a_job_has_one_notification_id() -> None:
    assert ids.notification_id(JOB_ID) == f"ntf_{JOB_ID.removeprefix('job_')}"


@pytest.mark.parametrize(
    "body",
    [
        {"file_id": "../x", "job_id": "job_" + "0" * 32},
        {"file_id": "file_" + "0" * 32, "job_id": "job_1"},
        {"file_id": "file_" + "0" * 32},
    ],
)
def test_a_queue_message_with_other_ids_addresses_no_actor(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Dispatch.model_validate(body)
