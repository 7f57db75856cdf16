"""The performer: each effect does what it says, may be repeated, and an outage is told as one."""

import asyncio
import dataclasses
from collections.abc import Callable

import pytest

from actors.effects import (
    ArchiveObject,
    Effect,
    ExpireUpload,
    NudgeFiles,
    PurgeObjects,
    RecordAudit,
    ReportOrder,
    SendDispatch,
    SweepObjects,
    TellOrder,
)
from domain import keys
from domain.errors import Outage
from domain.file import OrderPause
from domain.limits import RPC_TIMEOUT_MS
from domain.messages.file import DeleteFile, DescribeFile, Dispatch, Register
from domain.messages.operations import ListAudit, OrderTotals, RecordActions, Report
from domain.messages.order import Applied, ListFiles
from domain.messages.reply import AuditRecord, Gone
from domain.operation import Operation
from storage.objects import StorageClass
from tests.fakes.local_actors import LocalActors
from tests.unit.conftest import Clock
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    NOW_MS,
    OTHER_FILE_ID,
    an_action,
    an_upload,
    news,
    some_settings,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

RAW_KEY = an_upload().object_key
PROCESSED_KEY = keys.processed("alice", "summer-42", FILE_ID, 1)
ARCHIVE_KEY = keys.archived(PROCESSED_KEY)
PREFIXES = keys.prefixes_of("alice", "summer-42", FILE_ID)
PAUSE = OrderPause(revision=1, is_paused=True)
ARCHIVE = ArchiveObject(FILE_ID, PROCESSED_KEY, ARCHIVE_KEY)


@pytest.fixture
def actors() -> LocalActors:
    return LocalActors(some_settings())


async def registered(actors: LocalActors, *file_ids: str) -> None:
    for file_id in file_ids:
        upload = an_upload(file_id=file_id, name=f"{file_id}.jpg")
        await actors.performer.files.register(Register(upload=upload))


async def is_paused(actors: LocalActors, file_id: str) -> bool:
    seen = await actors.performer.files.describe(file_id, DescribeFile(caller_id="alice"))
    return seen.is_paused


async def stored(actors: LocalActors, *object_keys: str) -> None:
    for key in object_keys:
        await actors.objects.put(key, b"photo", "image/jpeg")


# --- The bucket ---------------------------------------------------------------------------------


async def test_a_photo_is_archived_where_it_costs_less_and_stays_where_it_was(
    actors: LocalActors,
) -> None:
    await stored(actors, PROCESSED_KEY)

    await actors.performer.perform(ARCHIVE)

    assert actors.objects.keys == {PROCESSED_KEY, ARCHIVE_KEY}
    assert actors.objects.storage_class(ARCHIVE_KEY) is StorageClass.INFREQUENT_ACCESS
    assert await actors.objects.read(ARCHIVE_KEY) == b"photo"


async def test_a_photo_that_cannot_be_archived_for_it_is_gone_is_said_to_be(
    actors: LocalActors,
) -> None:
    assert await actors.performer.perform(ARCHIVE) == Gone()
    assert actors.objects.keys == set()


async def test_a_sweep_removes_what_it_names_and_nothing_else(actors: LocalActors) -> None:
    await stored(actors, RAW_KEY, PROCESSED_KEY, ARCHIVE_KEY)

    await actors.performer.perform(SweepObjects(FILE_ID, (PROCESSED_KEY, "never/was")))

    assert actors.objects.keys == {RAW_KEY, ARCHIVE_KEY}


async def test_a_purge_removes_everything_of_the_file_the_archive_too(actors: LocalActors) -> None:
    other = keys.raw("alice", "summer-42", OTHER_FILE_ID, "other.jpg")
    await stored(actors, RAW_KEY, PROCESSED_KEY, ARCHIVE_KEY, other)

    await actors.performer.perform(PurgeObjects(FILE_ID, PREFIXES))

    assert actors.objects.keys == {other}


@pytest.mark.parametrize(
    "effect",
    [
        PurgeObjects(FILE_ID, PREFIXES),
        SweepObjects(FILE_ID, (PROCESSED_KEY,)),
        ARCHIVE,
        ExpireUpload(FILE_ID, PREFIXES),
    ],
    ids=lambda effect: type(effect).__name__,
)
async def test_a_bucket_that_is_down_is_an_outage(actors: LocalActors, effect: Effect) -> None:
    actors.objects.is_down = True

    with pytest.raises(Outage):
        await actors.performer.perform(effect)


# --- Other actors -------------------------------------------------------------------------------


async def test_an_order_that_is_told_says_whether_it_is_paused(actors: LocalActors) -> None:
    reply = await actors.performer.perform(TellOrder("summer-42", news()))

    assert reply == Applied(pause=OrderPause())


async def test_operators_find_what_was_recorded_once(actors: LocalActors) -> None:
    action = an_action(Operation.PAUSE).model_dump()
    record = AuditRecord(at_ms=NOW_MS, target=FILE_ID, before="a", after="b", **action)
    effect = RecordAudit(FILE_ID, RecordActions(records=(record,)))

    await actors.performer.perform(effect)
    await actors.performer.perform(effect)

    page = await actors.performer.operations.list_audit(ListAudit())
    assert page.records == (record,)


async def test_operators_find_what_was_reported(actors: LocalActors) -> None:
    report = Report(order_id="summer-42", version=3, totals=OrderTotals(intents_expired=2))

    await actors.performer.perform(ReportOrder(report))

    metrics = await actors.performer.operations.metrics()
    assert (metrics.orders, metrics.totals.intents_expired) == (1, 2)


@pytest.mark.parametrize(
    ("bring_down", "effect"),
    [
        (
            lambda actors: setattr(actors.queue, "is_down", True),
            SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), 0),
        ),
        (
            lambda actors: setattr(actors.orders, "is_down", True),
            TellOrder("summer-42", news()),
        ),
        (
            lambda actors: setattr(actors.operations, "is_down", True),
            RecordAudit(FILE_ID, RecordActions(records=())),
        ),
        (
            lambda actors: setattr(actors.operations, "is_down", True),
            ReportOrder(Report(order_id="o", version=1, totals=OrderTotals())),
        ),
        (
            lambda actors: setattr(actors.files, "is_down", True),
            NudgeFiles("summer-42", (FILE_ID,), PAUSE),
        ),
        (
            lambda actors: setattr(actors.files, "is_down", True),
            ExpireUpload(FILE_ID, PREFIXES),
        ),
    ],
    ids=["queue", "order", "audit", "report", "nudge", "expiry"],
)
async def test_whoever_cannot_be_reached_is_an_outage(
    actors: LocalActors, bring_down: Callable[[LocalActors], None], effect: Effect
) -> None:
    bring_down(actors)

    with pytest.raises(Outage):
        await actors.performer.perform(effect)


class SilentQueue:
    """Takes a message and does not say so, for as long as a file's caller would wait for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def send(self, body: dict[str, str]) -> None:
        assert body
        self._clock.advance_ms(RPC_TIMEOUT_MS - 1_000)
        await asyncio.Event().wait()


async def test_a_queue_that_is_silent_is_an_outage_before_a_caller_takes_the_file_for_gone(
    actors: LocalActors, clock: Clock
) -> None:
    performer = dataclasses.replace(actors.performer, jobs=SilentQueue(clock))

    with pytest.raises(Outage):
        await performer.perform(SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), 0))


# --- Nudges -------------------------------------------------------------------------------------


async def test_every_file_that_is_nudged_hears_of_the_pause(actors: LocalActors) -> None:
    await registered(actors, FILE_ID, OTHER_FILE_ID)

    await actors.performer.perform(NudgeFiles("summer-42", (FILE_ID, OTHER_FILE_ID), PAUSE))

    assert await is_paused(actors, FILE_ID)
    assert await is_paused(actors, OTHER_FILE_ID)


async def test_a_file_that_nobody_knows_does_not_keep_others_from_hearing(
    actors: LocalActors,
) -> None:
    await registered(actors, OTHER_FILE_ID)

    await actors.performer.perform(NudgeFiles("summer-42", (FILE_ID, OTHER_FILE_ID), PAUSE))

    assert await is_paused(actors, OTHER_FILE_ID)


async def test_a_nudged_file_tells_its_order_again(actors: LocalActors) -> None:
    actors.orders.is_down = True
    await registered(actors, FILE_ID)
    actors.orders.is_down = False

    await actors.performer.perform(NudgeFiles("summer-42", (FILE_ID,), OrderPause()))

    page = await actors.performer.orders.list_files("summer-42", ListFiles(caller_id="alice"))
    assert [file.file_id for file in page.files] == [FILE_ID]


# --- Uploads that were never finalized ----------------------------------------------------------


async def test_whatever_came_of_an_upload_nobody_finalized_is_removed(actors: LocalActors) -> None:
    await stored(actors, RAW_KEY)

    reply = await actors.performer.perform(ExpireUpload(FILE_ID, PREFIXES))

    assert reply is None
    assert actors.objects.keys == set()


async def test_an_upload_that_was_finalized_after_all_is_kept_and_said_to_be(
    actors: LocalActors,
) -> None:
    await stored(actors, RAW_KEY)
    await registered(actors, FILE_ID)

    reply = await actors.performer.perform(ExpireUpload(FILE_ID, PREFIXES))

    assert reply is not None
    assert actors.objects.keys == {RAW_KEY}


async def test_an_upload_finalized_and_deleted_since_was_not_abandoned(
    actors: LocalActors,
) -> None:
    await registered(actors, FILE_ID)
    await actors.performer.files.delete(FILE_ID, DeleteFile(caller_id="alice"))

    reply = await actors.performer.perform(ExpireUpload(FILE_ID, PREFIXES))

    assert reply is not None


async def test_asking_for_a_file_that_never_was_leaves_no_actor_with_anything_in_it(
    actors: LocalActors,
) -> None:
    await actors.performer.perform(ExpireUpload(FILE_ID, PREFIXES))

    assert actors.files.actors[FILE_ID].sql.rows("SELECT * FROM sqlite_master") == []
    assert actors.files.actors[FILE_ID].alarm.at_ms is None
