"""How jobs reach their worker by the queue, and what becomes of the dead letters."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from consumer.transport import DEAD_LETTERS
from domain.limits import PARKED_BODY_CHARACTERS_MAX
from domain.messages.file import Dispatch
from domain.messages.operations import ListParked, Parked
from tests.unit.conftest import Clock
from tests.unit.consumer.carried import a_transport, events, queued, statuses
from tests.unit.darkroom import Darkroom
from tests.unit.factories import FILE_ID, JOB_ID, NOW_MS

pytestmark = pytest.mark.anyio

JOBS = "edit-jobs"
READABLE = {"file_id": FILE_ID, "job_id": JOB_ID}


@dataclass
class LocalMessage:
    """A message as the platform hands it over, and what it was told."""

    body: object
    id: str = "m1"
    attempts: int = 1
    told: list[str] = field(default_factory=list)
    pauses_s: list[int] = field(default_factory=list)

    def ack(self) -> None:
        self.told.append("ack")

    def retry(self, options: dict[str, int] | None = None) -> None:
        self.told.append("retry")
        self.pauses_s += (options or {}).values()


class BrokenMessage(LocalMessage):
    """Its consumer breaks as soon as it looks into it."""

    def __getattribute__(self, name: str) -> Any:
        if name == "body":
            raise RuntimeError("borrowed proxy was automatically destroyed")
        return super().__getattribute__(name)


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom()


async def parked(darkroom: Darkroom) -> tuple[Parked, ...]:
    return (await darkroom.services.operations.list_parked(ListParked())).messages


# --- The queue ----------------------------------------------------------------------------------


async def test_every_job_of_a_batch_is_worked_on_and_acknowledged(darkroom: Darkroom) -> None:
    paths = await queued(darkroom, "a.jpg", "b.jpg")
    messages = [LocalMessage(body) for body in darkroom.actors.queue.take()]

    await a_transport(darkroom).consume(JOBS, messages)

    assert await statuses(darkroom, paths) == {"done"}
    assert [message.told for message in messages] == [["ack"], ["ack"]]


@pytest.mark.parametrize(
    "body",
    [None, "text", b"bytes", memoryview(b"bytes"), 7, [], {}, {**READABLE, "file_id": "../x"}],
    ids=str,
)
async def test_what_cannot_be_read_is_given_back_and_holds_no_other_up(
    darkroom: Darkroom, body: object, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = await queued(darkroom, "a.jpg")
    strange = LocalMessage(body, "m0")
    messages = [strange, *(LocalMessage(body) for body in darkroom.actors.queue.take())]

    await a_transport(darkroom).consume(JOBS, messages)

    assert await statuses(darkroom, paths) == {"done"}
    assert strange.told == ["retry"]
    (line,) = events(capsys, "message.")
    assert (line["event"], line["message_id"]) == ("message.unreadable", "m0")


async def test_a_job_that_nobody_may_claim_is_done_with_for_the_queue(darkroom: Darkroom) -> None:
    message = LocalMessage(READABLE)

    await a_transport(darkroom).consume(JOBS, [message])

    assert message.told == ["ack"]


@pytest.mark.parametrize("queue", [JOBS, DEAD_LETTERS])
async def test_a_message_that_breaks_its_consumer_is_given_back(
    darkroom: Darkroom, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, whole = BrokenMessage(None, "m0"), LocalMessage(READABLE)

    await a_transport(darkroom).consume(queue, [broken, whole])

    assert (broken.told, whole.told) == (["retry"], ["ack"])
    (line,) = events(capsys, "message.broke")
    assert (line["level"], line["message_id"], line["queue"]) == ("error", "m0", queue)


# --- Dead letters -------------------------------------------------------------------------------


async def test_a_dead_letter_is_parked_and_acknowledged(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    message = LocalMessage({"no": "job"}, "m1", attempts=3)

    await a_transport(darkroom).consume(DEAD_LETTERS, [message])

    assert message.told == ["ack"]
    assert await parked(darkroom) == (
        Parked(
            message_id="m1",
            queue=DEAD_LETTERS,
            body='{"no": "job"}',
            reason="no consumer could read it",
            parked_at_ms=NOW_MS,
        ),
    )
    (line,) = events(capsys, "message.")
    assert (line["event"], line["message_id"], line["attempts"]) == ("message.parked", "m1", 3)
    assert "no" not in line


async def test_a_dead_letter_that_speaks_of_a_job_was_delivered_too_often(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_transport(darkroom).consume(DEAD_LETTERS, [LocalMessage(READABLE)])

    (message,) = await parked(darkroom)
    assert message.reason == "delivered too often"
    assert Dispatch.model_validate_json(message.body) == Dispatch(file_id=FILE_ID, job_id=JOB_ID)
    (line,) = events(capsys, "message.")
    assert (line["file_id"], line["job_id"]) == (FILE_ID, JOB_ID)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("text", '"text"'),
        (None, "null"),
        (b"caf\xc3\xa9", r'"caf\u00e9"'),
        (memoryview(b"\xff"), r'"\ufffd"'),
        ("half of 😀: \ud83d", r'"half of \ud83d\ude00: \ud83d"'),
        ({"of": 1 + 2j}, '{"of": "(1+2j)"}'),
        ("x" * PARKED_BODY_CHARACTERS_MAX, '"' + "x" * (PARKED_BODY_CHARACTERS_MAX - 1)),
    ],
    ids=["text", "nothing", "bytes", "no text", "half a pair", "foreign", "too long"],
)
async def test_of_any_body_there_is_what_an_operator_can_read(
    darkroom: Darkroom, body: object, kept: str
) -> None:
    await a_transport(darkroom).consume(DEAD_LETTERS, [LocalMessage(body)])

    assert [message.body for message in await parked(darkroom)] == [kept]


async def test_a_dead_letter_that_cannot_be_parked_is_not_lost(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    darkroom.actors.operations.is_down = True
    message = LocalMessage({})

    await a_transport(darkroom).consume(DEAD_LETTERS, [message])

    assert message.told == ["retry"]
    (line,) = events(capsys, "message.")
    assert (line["event"], line["level"]) == ("message.not_parked", "error")
