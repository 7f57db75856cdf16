"""Operators at an order: pause and resume reach every file, a rebuild counts anew, each once."""

import pytest

from actors.effects import NudgeFiles, RecordAudit
from domain.errors import Code, Refusal
from domain.file import OrderPause
from domain.limits import EFFECT_RETRY_FIRST_MS, NUDGES_PER_EFFECT
from domain.messages.order import Applied, Nudged, OperateOrder
from domain.messages.reply import AuditRecord
from domain.operation import Operation
from domain.values import Value
from tests.unit.actors.cores import OrderOnPaper, a_reply_to, of_kind
from tests.unit.factories import (
    NOW_MS,
    a_file,
    a_reservation,
    an_action,
    an_upload,
    another_file,
    news,
)

PAUSED = OrderPause(revision=1, is_paused=True)
RESUMED = OrderPause(revision=2, is_paused=False)


def file_id(number: int) -> str:
    return f"file_{number:032x}"


def an_order(count: int = 1) -> OrderOnPaper:
    """Of so many files; it owes nothing."""
    files = [a_file(upload=an_upload(file_id=file_id(n)), name=f"{n}.jpg") for n in range(count)]
    order = OrderOnPaper(*(news(1, file) for file in files))
    order.settle()
    order.settle(NOW_MS + order.settings.report_interval_ms)
    return order


def nudges(order: OrderOnPaper, now_ms: int = NOW_MS) -> list[NudgeFiles]:
    """What is told to files now, and is heard."""
    return of_kind(NudgeFiles, order.settle(now_ms))


def nudged(effects: list[NudgeFiles]) -> list[str]:
    return [one for effect in effects for one in effect.file_ids]


# --- Pause and resume ---------------------------------------------------------------------------


def test_a_pause_is_told_to_every_file_in_portions() -> None:
    count = 2 * NUDGES_PER_EFFECT + 3
    order = an_order(count)

    order.operate(Operation.PAUSE)

    effects = nudges(order)
    assert [len(effect.file_ids) for effect in effects] == [NUDGES_PER_EFFECT] * 2 + [3]
    assert sorted(nudged(effects)) == [file_id(number) for number in range(count)]
    assert {effect.pause for effect in effects} == {PAUSED}
    assert nudges(order, NOW_MS + 10**9) == []


def test_a_portion_that_could_not_be_told_is_owed_until_it_is() -> None:
    order = an_order(3)
    order.operate(Operation.PAUSE)
    order.owed()
    order.restart()

    assert len(nudged(nudges(order, NOW_MS + EFFECT_RETRY_FIRST_MS))) == 3


def test_files_of_a_portion_that_were_not_reached_are_told_with_the_next() -> None:
    order = an_order(3)
    order.operate(Operation.PAUSE)
    (_audit, portion) = sorted(order.owed(), key=lambda effect: isinstance(effect, NudgeFiles))

    order.core.finish(portion, Nudged(file_ids=(file_id(0), file_id(2))), NOW_MS)

    assert nudged(nudges(order)) == [file_id(1)]


def test_a_resume_in_the_middle_of_a_pause_is_told_to_every_file_in_the_end() -> None:
    order = an_order(NUDGES_PER_EFFECT + 3)
    order.operate(Operation.PAUSE)
    (first,) = of_kind(NudgeFiles, order.owed())
    order.operate(Operation.RESUME, "action-2")

    order.core.finish(first, a_reply_to(first), NOW_MS)

    effects = nudges(order)
    assert len(set(nudged(effects))) == NUDGES_PER_EFFECT + 3
    assert {effect.pause for effect in effects} == {RESUMED}


def test_whoever_tells_its_news_hears_whether_its_order_is_paused() -> None:
    order = an_order()
    before = order.ask(news(2), Applied)
    order.operate(Operation.PAUSE)

    uploaded_meanwhile = order.ask(news(1, another_file()), Applied)
    of_an_old_version = order.ask(news(1), Applied)

    assert before.pause == OrderPause()
    assert uploaded_meanwhile.pause == of_an_old_version.pause == PAUSED


def test_the_status_says_that_the_order_is_paused_and_is_a_new_one() -> None:
    order = an_order()
    before = order.status()

    order.operate(Operation.PAUSE)
    paused = order.status()
    order.operate(Operation.RESUME, "action-2")

    assert (before.is_paused, paused.is_paused, order.status().is_paused) == (False, True, False)
    assert before.version < paused.version < order.status().version
    assert paused.counts == before.counts


def test_a_pause_outlives_a_restart() -> None:
    order = an_order()
    order.operate(Operation.PAUSE)

    order.restart()

    assert order.status().is_paused
    assert order.ask(news(2), Applied).pause == PAUSED


@pytest.mark.parametrize("operation", [Operation.PAUSE, Operation.RESUME])
def test_what_is_so_already_changes_nothing_and_leaves_no_record(operation: Operation) -> None:
    order = an_order()
    order.operate(Operation.PAUSE, "before") if operation is Operation.PAUSE else None
    order.settle()
    before = order.status()

    operated = order.operate(operation)

    assert not operated.is_changed
    assert order.status() == before
    assert order.owed() == []


def test_an_order_without_files_can_be_paused() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation())
    order.settle()

    order.operate(Operation.PAUSE)
    order.settle()

    assert order.ask(news(), Applied).pause == PAUSED


# --- Once, and audited --------------------------------------------------------------------------


def test_an_action_that_comes_again_is_answered_as_at_first_and_done_once() -> None:
    order = an_order()
    first = order.operate(Operation.PAUSE)
    order.operate(Operation.RESUME, "action-2")
    order.settle()

    again = order.operate(Operation.PAUSE)

    assert again == first
    assert not order.status().is_paused
    assert order.owed() == []


def test_an_action_that_found_nothing_to_do_still_finds_nothing_when_it_comes_again() -> None:
    order = an_order()
    first = order.operate(Operation.RESUME, "resume")
    order.operate(Operation.PAUSE, "pause")

    again = order.operate(Operation.RESUME, "resume")

    assert again == first
    assert order.status().is_paused


def test_what_was_done_to_an_order_is_recorded_once() -> None:
    order = an_order()
    order.operate(Operation.PAUSE, now_ms=NOW_MS + 5)

    effects = of_kind(RecordAudit, order.settle(NOW_MS + 5))

    none = "0 done, 0 failed, 0 in_progress, 1 queued"
    assert [effect.actions.records for effect in effects] == [
        (
            AuditRecord(
                action_id="action-1",
                at_ms=NOW_MS + 5,
                operator="olga",
                operation=Operation.PAUSE,
                target="summer-42",
                reason="as asked",
                before=none,
                after=f"{none}, paused",
            ),
        )
    ]
    assert of_kind(RecordAudit, order.settle(NOW_MS + 10**9)) == []


@pytest.mark.parametrize(
    "operation",
    [Operation.CANCEL, Operation.FORCE_UNLOCK, Operation.REDRIVE, Operation.DISCARD],
)
def test_what_an_order_cannot_do_is_refused_and_leaves_nothing(operation: Operation) -> None:
    order = an_order()
    before = order.status()

    with pytest.raises(Refusal) as refused:
        order.operate(operation)

    assert refused.value.code is Code.INVALID_BODY
    assert order.status() == before
    assert order.owed() == []


@pytest.mark.parametrize(
    "message",
    [OperateOrder(action=an_action(Operation.PAUSE))],
    ids=lambda message: message.type,
)
def test_an_order_that_never_was_cannot_be_operated(message: Value) -> None:
    order = OrderOnPaper()

    with pytest.raises(Refusal) as refused:
        order.tell(message)

    assert refused.value.code is Code.ORDER_NOT_FOUND
    assert order.sql.rows("SELECT * FROM sqlite_master") == []
