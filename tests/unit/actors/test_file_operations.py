"""Operators at a file's actor: each action once, audited until that is recorded, all of it seen."""

import pytest

from actors.effects import RecordAudit
from domain import keys
from domain.errors import Code, Refusal
from domain.file import OrderPause
from domain.job import JobStatus
from domain.limits import ACTIONS_KEPT_MAX, EFFECT_RETRY_FIRST_MS
from domain.messages.file import DeleteFile, Inspect, Nudge, OperateFile, UpdateFile
from domain.messages.reply import AuditRecord, Operated
from domain.operation import Operation
from domain.values import Value
from tests.unit.actors.cores import FileOnPaper, of_kind
from tests.unit.factories import FILE_ID, JOB_ID, LEASE_MS, NOW_MS, OTHER_JOB_ID, an_action

LATER_MS = NOW_MS + 5_000


def a_waiting_file() -> FileOnPaper:
    """Whose job is on the queue; it owes nothing."""
    file = FileOnPaper()
    file.submit()
    file.settle()
    return file


def a_locked_file() -> FileOnPaper:
    file = a_waiting_file()
    file.claim()
    file.settle()
    return file


def audited(file: FileOnPaper, now_ms: int = NOW_MS) -> list[AuditRecord]:
    """What is recorded now, and arrives."""
    effects = of_kind(RecordAudit, file.settle(now_ms))
    return [record for effect in effects for record in effect.actions.records]


# --- Once per action ----------------------------------------------------------------------------


def test_an_action_says_what_it_found_and_what_it_left() -> None:
    file = a_locked_file()

    operated = file.operate(Operation.FORCE_UNLOCK)

    assert operated == Operated(
        action_id="action-1",
        is_changed=True,
        before=f"{JOB_ID} in_progress, held by worker-1, token 1",
        after=f"{JOB_ID} queued, token 2",
        job_id=JOB_ID,
    )


def test_an_action_that_comes_again_is_answered_as_at_first_whatever_has_become_of_the_file() -> (
    None
):
    file = a_locked_file()
    first = file.operate(Operation.FORCE_UNLOCK)
    file.claim(now_ms=LATER_MS)

    again = file.operate(Operation.FORCE_UNLOCK, now_ms=LATER_MS)

    assert again == first
    assert file.seen(LATER_MS).locked


def test_an_action_that_comes_again_after_a_restart_is_answered_as_at_first() -> None:
    file = a_locked_file()
    first = file.operate(Operation.FORCE_UNLOCK)

    file.restart()

    assert file.operate(Operation.FORCE_UNLOCK) == first


def test_another_action_of_the_same_kind_is_another_one() -> None:
    file = a_locked_file()
    file.operate(Operation.FORCE_UNLOCK)
    file.claim(now_ms=LATER_MS)

    file.operate(Operation.FORCE_UNLOCK, "action-2", now_ms=LATER_MS)

    assert not file.seen(LATER_MS).locked


def test_an_action_that_changes_nothing_says_so_and_leaves_no_record() -> None:
    file = a_waiting_file()
    before = file.seen()

    operated = file.operate(Operation.FORCE_UNLOCK)

    assert (operated.is_changed, operated.before) == (False, operated.after)
    assert file.seen() == before
    assert file.inspected().actions == ()
    assert file.owed() == []


def test_an_action_that_found_nothing_to_do_still_finds_nothing_when_it_comes_again() -> None:
    file = a_waiting_file()
    first = file.operate(Operation.FORCE_UNLOCK)
    file.claim()

    again = file.operate(Operation.FORCE_UNLOCK)

    assert again == first
    assert file.seen().locked


@pytest.mark.parametrize(
    ("operation", "job_id", "code"),
    [
        (Operation.CANCEL, OTHER_JOB_ID, Code.JOB_NOT_FOUND),
        (Operation.CANCEL, None, Code.JOB_NOT_FOUND),
        (Operation.REDRIVE, OTHER_JOB_ID, Code.JOB_NOT_FOUND),
        (Operation.REDRIVE, JOB_ID, Code.JOB_NOT_FAILED),
        (Operation.REBUILD, None, Code.INVALID_BODY),
        (Operation.DISCARD, None, Code.INVALID_BODY),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_no_record(
    operation: Operation, job_id: str | None, code: Code
) -> None:
    file = a_waiting_file()
    before = file.inspected()

    with pytest.raises(Refusal) as refused:
        file.operate(operation, job_id=job_id)

    assert refused.value.code is code
    assert file.inspected() == before


# --- The audit ----------------------------------------------------------------------------------


def test_what_was_done_is_recorded_with_who_when_and_why() -> None:
    file = a_waiting_file()
    file.operate(Operation.PAUSE, now_ms=LATER_MS)

    assert audited(file, LATER_MS) == [
        AuditRecord(
            action_id="action-1",
            at_ms=LATER_MS,
            operator="olga",
            operation=Operation.PAUSE,
            target=FILE_ID,
            reason="as asked",
            before=f"{JOB_ID} queued, token 0",
            after=f"{JOB_ID} queued, paused, token 0",
        )
    ]


def test_a_record_that_could_not_be_told_is_owed_until_it_is() -> None:
    file = a_waiting_file()
    file.operate(Operation.PAUSE)
    file.owed()
    file.restart()

    assert [record.action_id for record in audited(file, NOW_MS + EFFECT_RETRY_FIRST_MS)] == [
        "action-1"
    ]
    assert audited(file, NOW_MS + 10**9) == []


def test_what_was_done_while_another_record_was_told_is_told_next() -> None:
    file = a_waiting_file()
    file.operate(Operation.PAUSE)
    (first,) = of_kind(RecordAudit, file.owed())
    file.operate(Operation.RESUME, "action-2")

    file.core.finish(first, None, NOW_MS)

    assert [record.action_id for record in audited(file)] == ["action-2"]


def toggle(file: FileOnPaper, times: int) -> None:
    for number in range(times):
        operation = Operation.RESUME if number % 2 else Operation.PAUSE
        file.operate(operation, f"action-{number}")


def test_many_actions_are_all_recorded_though_nobody_listened_for_long() -> None:
    file = a_waiting_file()
    toggle(file, ACTIONS_KEPT_MAX + 20)

    records = audited(file)

    assert len({record.action_id for record in records}) == ACTIONS_KEPT_MAX + 20


def test_of_recorded_actions_the_newest_are_remembered_up_to_a_bound() -> None:
    file = a_waiting_file()
    toggle(file, ACTIONS_KEPT_MAX)
    audited(file)

    file.operate(Operation.PAUSE, "the-last")

    actions = file.inspected().actions
    assert len(actions) == ACTIONS_KEPT_MAX
    assert [actions[0].action_id, actions[-1].action_id] == ["the-last", "action-1"]


# --- Inspect ------------------------------------------------------------------------------------


def test_an_operator_sees_all_that_the_actor_knows() -> None:
    file = a_locked_file()
    file.operate(Operation.FORCE_UNLOCK)
    file.operate(Operation.PAUSE, "action-2")
    file.tell(Nudge(order_pause=OrderPause(revision=4, is_paused=True)))

    seen = file.inspected()

    assert seen.file == file.seen()
    assert (seen.fencing_token, seen.is_paused) == (2, True)
    assert seen.order_pause == OrderPause(revision=4, is_paused=True)
    assert seen.leftovers == keys.of_attempt("alice", "summer-42", FILE_ID, 1)
    assert [record.action_id for record in seen.actions] == ["action-2", "action-1"]
    assert [(run.token, run.worker_id) for run in seen.jobs[0].runs] == [(1, "worker-1")]
    assert {fact.kind for fact in seen.deadlines} == {"audit", "sweep", "tell"}


def test_an_operator_sees_who_holds_the_file_and_until_when() -> None:
    (job,) = a_locked_file().inspected().jobs

    assert job.status is JobStatus.IN_PROGRESS
    assert job.lease is not None
    assert (job.lease.token, job.lease.expires_at_ms) == (1, NOW_MS + LEASE_MS)


def test_an_operator_sees_a_deleted_file_too() -> None:
    file = a_waiting_file()
    file.tell(DeleteFile(caller_id="alice"))

    seen = file.inspected()

    assert seen.file.deleted
    assert [job.id for job in seen.jobs] == [JOB_ID]


@pytest.mark.parametrize(
    "message",
    [Inspect(), OperateFile(action=an_action(Operation.PAUSE)), Nudge()],
    ids=lambda message: message.type,
)
def test_of_a_file_that_never_was_there_is_nothing_to_see_or_do(message: Value) -> None:
    file = FileOnPaper(is_registered=False)

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.FILE_NOT_FOUND
    assert file.sql.rows("SELECT * FROM sqlite_master") == []


def test_an_operator_may_act_on_any_owners_file_but_an_owner_sees_no_more_than_before() -> None:
    file = a_waiting_file()
    file.operate(Operation.PAUSE)

    seen = file.tell(UpdateFile(caller_id="alice", marked=True)).model_dump_json()

    assert "olga" not in seen
    assert "as asked" not in seen
