"""Parked messages: kept once, sent again or thrown away once, and both recorded."""

import json

import pytest

from actors.effects import SendDispatch
from domain.errors import Code, Refusal
from domain.limits import EFFECT_RETRY_FIRST_MS, PARKED_BODY_CHARACTERS_MAX, PARKED_MAX
from domain.messages.file import Dispatch
from domain.messages.operations import Parked
from domain.operation import Operation
from tests.unit.actors.operators import OperationsOnPaper
from tests.unit.factories import FILE_ID, JOB_ID, NOW_MS, OTHER_JOB_ID

DISPATCH = Dispatch(file_id=FILE_ID, job_id=JOB_ID)
READABLE = DISPATCH.model_dump_json()
UNREADABLE = [
    "",
    "null",
    "[]",
    "{",
    '{"file_id": "x", "job_id": "y"}',
    json.dumps({"file_id": FILE_ID}),
    READABLE[:-1],
]


def with_parked(*bodies: str) -> OperationsOnPaper:
    operations = OperationsOnPaper()
    for number, body in enumerate(bodies, start=1):
        operations.park(body, f"m{number}")
    return operations


def park_others(operations: OperationsOnPaper, count: int) -> None:
    for number in range(count):
        operations.park("{}", f"n{number}")


def test_a_message_is_parked_with_its_body_and_the_reason() -> None:
    operations = with_parked("{}")

    (parked,) = operations.parked().messages

    assert parked == Parked(
        message_id="m1",
        queue="edit-jobs-dead",
        body="{}",
        reason="unread",
        parked_at_ms=NOW_MS,
    )
    assert operations.metrics().parked == 1


def test_a_message_that_is_parked_twice_is_there_once() -> None:
    operations = with_parked("{}")

    operations.park("{}", "m1", NOW_MS + 5)

    (parked,) = operations.parked().messages
    assert parked.parked_at_ms == NOW_MS


def test_parked_messages_are_listed_newest_first_page_by_page() -> None:
    operations = with_parked("1", "2", "3")

    first = operations.parked(limit=2)
    second = operations.parked(limit=2, before=first.next_before)

    pages = (*first.messages, *second.messages)
    assert [message.message_id for message in pages] == ["m3", "m2", "m1"]
    assert second.next_before is None


@pytest.mark.parametrize("too_many", [0, 1])
def test_as_much_of_a_body_is_kept_as_tells_what_it_is(too_many: int) -> None:
    operations = with_parked("x" * (PARKED_BODY_CHARACTERS_MAX + too_many))

    (parked,) = operations.parked().messages

    assert len(parked.body) == PARKED_BODY_CHARACTERS_MAX


def test_the_oldest_messages_go_when_there_are_too_many() -> None:
    operations = with_parked(*["{}"] * (PARKED_MAX + 2))

    assert operations.metrics().parked == PARKED_MAX
    assert operations.parked(before=4).messages[-1].message_id == "m3"


def test_a_message_that_is_owed_to_the_queue_outlasts_any_number_of_others() -> None:
    operations = with_parked(READABLE)
    operations.unpark(Operation.REDRIVE)

    park_others(operations, PARKED_MAX + 1)

    assert operations.owed() == [SendDispatch(DISPATCH, 0)]


# --- Redrive ------------------------------------------------------------------------------------


def test_a_redriven_message_is_owed_to_the_queue_and_leaves_the_list_once_it_is_sent() -> None:
    operations = with_parked(READABLE)

    operated = operations.unpark(Operation.REDRIVE)

    assert (operated.is_changed, operated.before, operated.after) == (
        True,
        "parked",
        "to be sent again",
    )
    assert operations.parked().messages[0].is_redriven
    assert operations.settle() == [SendDispatch(DISPATCH, 0)]
    assert operations.parked_ids() == []
    assert operations.core.next_deadline_ms() is None


def test_a_message_that_could_not_be_sent_is_owed_still() -> None:
    operations = with_parked(READABLE)
    operations.unpark(Operation.REDRIVE)

    operations.owed()
    operations.restart()

    assert operations.core.next_deadline_ms() == NOW_MS + EFFECT_RETRY_FIRST_MS
    assert operations.settle(NOW_MS + EFFECT_RETRY_FIRST_MS) == [SendDispatch(DISPATCH, 0)]


def test_all_redriven_messages_are_sent_but_each_job_once() -> None:
    other = Dispatch(file_id=FILE_ID, job_id=OTHER_JOB_ID)
    operations = with_parked(READABLE, READABLE, other.model_dump_json())
    operations.unpark(Operation.REDRIVE, "m1", 1)
    operations.unpark(Operation.REDRIVE, "m2", 2)
    operations.unpark(Operation.REDRIVE, "m3", 3)

    assert operations.settle() == [SendDispatch(DISPATCH, 0), SendDispatch(other, 0)]
    assert operations.parked_ids() == []


def test_one_that_speaks_of_the_same_job_but_was_not_redriven_stays() -> None:
    operations = with_parked(READABLE, READABLE)

    operations.unpark(Operation.REDRIVE, "m1")
    operations.settle()

    assert operations.parked_ids() == ["m2"]


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_message_that_nobody_can_read_cannot_be_sent_again(body: str) -> None:
    operations = with_parked(body)

    with pytest.raises(Refusal) as refused:
        operations.unpark(Operation.REDRIVE)

    assert refused.value.code is Code.PARKED_UNREADABLE
    assert (operations.owed(), operations.audited()) == ([], [])


def test_one_action_that_comes_twice_redrives_once() -> None:
    operations = with_parked(READABLE)

    first = operations.unpark(Operation.REDRIVE)
    operations.settle()
    second = operations.unpark(Operation.REDRIVE)

    assert second == first
    assert operations.settle() == []
    assert operations.audited() == ["act_1"]


def test_a_second_redrive_of_a_message_that_is_on_its_way_changes_nothing() -> None:
    operations = with_parked(READABLE)
    operations.unpark(Operation.REDRIVE, number=1)

    again = operations.unpark(Operation.REDRIVE, number=2)

    assert not again.is_changed
    assert operations.audited() == ["act_1"]


def test_an_action_that_changed_nothing_is_answered_so_for_good() -> None:
    operations = with_parked(READABLE)
    operations.unpark(Operation.REDRIVE, number=1)
    nothing = operations.unpark(Operation.REDRIVE, number=2)
    operations.settle()

    assert operations.unpark(Operation.REDRIVE, number=2) == nothing


# --- Discard ------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [READABLE, "?"])
def test_a_discarded_message_is_gone_and_never_sent(body: str) -> None:
    operations = with_parked(body, "{}")

    operated = operations.unpark(Operation.DISCARD)

    assert (operated.is_changed, operated.after) == (True, "discarded")
    assert operations.parked_ids() == ["m2"]
    assert operations.owed() == []


def test_a_message_that_is_discarded_before_it_was_sent_again_is_not_sent() -> None:
    operations = with_parked(READABLE)
    operations.unpark(Operation.REDRIVE, number=1)

    operations.unpark(Operation.DISCARD, number=2)

    assert operations.owed() == []
    assert operations.core.next_deadline_ms() is None
    assert operations.audited() == ["act_2", "act_1"]


def test_one_action_that_comes_twice_discards_once() -> None:
    operations = with_parked("{}")

    first = operations.unpark(Operation.DISCARD)
    second = operations.unpark(Operation.DISCARD)

    assert second == first
    assert operations.audited("m1") == ["act_1"]


# --- Refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [Operation.REDRIVE, Operation.DISCARD])
def test_a_message_that_was_never_parked_is_not_found(operation: Operation) -> None:
    with pytest.raises(Refusal) as refused:
        OperationsOnPaper().unpark(operation)

    assert refused.value.code is Code.PARKED_NOT_FOUND


@pytest.mark.parametrize(
    "operation", sorted(set(Operation) - {Operation.REDRIVE, Operation.DISCARD})
)
def test_nothing_else_can_be_done_to_a_message(operation: Operation) -> None:
    operations = with_parked(READABLE)

    with pytest.raises(Refusal) as refused:
        operations.unpark(operation)

    assert refused.value.code is Code.INVALID_BODY
    assert operations.parked_ids() == ["m1"]
