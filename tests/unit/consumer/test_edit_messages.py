"""Messages that find no job to claim: passed over, since the file's actor dispatches again."""

import json

import pytest

from actors.client import FileClient
from consumer.edit import Editor
from domain.messages.file import Dispatch
from tests.fakes.local_actor import LocalAnswer
from tests.fakes.local_actors import LocalNamespace
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom
from tests.unit.factories import FILE_ID, JOB_ID

pytestmark = pytest.mark.anyio


@pytest.fixture
def by_queue(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom()


async def submitted(darkroom: Darkroom) -> None:
    await darkroom.submit(await darkroom.uploaded())


def events(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """And how serious they are."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    said = [(line["event"], line.get("level", "info")) for line in lines]
    return [(event, level) for event, level in said if event.startswith(("job.", "effect."))]


async def test_a_message_that_comes_twice_is_worked_on_once(
    by_queue: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await submitted(by_queue)
    (dispatch,) = await by_queue.taken()
    await by_queue.send_job(dispatch)
    await by_queue.send_job(dispatch)

    await by_queue.work()

    told = [event for event, _ in events(capsys)]
    assert told == ["job.queued", "job.claimed", "job.finished", "job.not_claimed"]


async def test_a_message_for_a_file_nobody_knows_is_passed_over(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await darkroom.send_job(Dispatch(file_id=FILE_ID, job_id=JOB_ID))

    await darkroom.work()

    assert events(capsys) == [("job.not_claimed", "info")]


async def test_a_file_actor_that_is_down_is_left_to_dispatch_again_with_a_warning(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await submitted(darkroom)
    darkroom.actors.files.is_down = True

    await darkroom.work()

    assert events(capsys) == [("job.queued", "info"), ("job.not_claimed", "warning")]


class NewerActor:
    """Refuses for a reason that only a newer version knows."""

    async def receive(self, text: str) -> str:
        assert text
        return '{"ok": false, "refusal": {"code": "of_a_newer_version", "detail": "", "facts": {}}}'

    async def wait(self, text: str) -> str:
        return await self.receive(text)

    async def fetch(self, request: object) -> LocalAnswer:
        raise AssertionError(request)


async def test_a_refusal_of_a_newer_version_is_passed_over(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = FileClient(LocalNamespace(lambda _: NewerActor()))
    editor = Editor(newer, darkroom.objects, [], "worker-1")

    await editor.work_on(Dispatch(file_id=FILE_ID, job_id=JOB_ID))

    assert events(capsys) == [("job.not_claimed", "warning")]
