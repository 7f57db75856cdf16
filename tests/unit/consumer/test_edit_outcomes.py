"""How an attempt ended is told until it is heard: not for ever, and twice does no harm."""

import dataclasses
import json

import pytest

from actors.client import FileClient
from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import TELL_AGAIN_AFTER_MS
from domain.messages.file import Complete, Fail
from domain.messages.reply import Done
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewMaker, PreviewRequest
from tests.unit.darkroom import Darkroom

pytestmark = pytest.mark.anyio

TELLINGS_MAX = len(TELL_AGAIN_AFTER_MS) + 1


class FilesHardToTell(FileClient):
    """Files that do not answer the first tellings of an end; whether or not they hear them."""

    def __init__(self, darkroom: Darkroom, silences: int, *, hears: bool = False) -> None:
        super().__init__(darkroom.actors.files)
        self.tellings = 0
        self._silences, self._hears = silences, hears

    async def complete(self, file_id: str, message: Complete) -> Done:
        if self._hears:
            await super().complete(file_id, message)
        self._may_be_silent()
        return await super().complete(file_id, message)

    async def fail(self, file_id: str, message: Fail) -> Done:
        self._may_be_silent()
        return await super().fail(file_id, message)

    def _may_be_silent(self) -> None:
        self.tellings += 1
        if self.tellings <= self._silences:
            raise Outage("file actor: no answer")


class FailingMaker(CopyPreviews):
    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        raise EditFailed(FailureCode.CORRUPT_IMAGE, f"{request.source_key} {size}")


async def worked_on(
    darkroom: Darkroom, files: FilesHardToTell, *makers: PreviewMaker
) -> tuple[str, bool]:
    """Of a file whose job was worked on once: its status, and whether it is locked."""
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    darkroom.services = dataclasses.replace(darkroom.services, files=files)
    await darkroom.work(makers or None)
    file = (await darkroom.call("GET", path)).json
    return file["status"], file["locked"]


def not_told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    return [event for event in events if event in {"attempt.not_told", "job.not_answered"}]


async def test_an_edit_whose_end_was_not_heard_at_once_is_done_nevertheless(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    files = FilesHardToTell(darkroom, TELLINGS_MAX - 1)

    assert await worked_on(darkroom, files) == ("done", False)
    assert not_told(capsys) == ["attempt.not_told"] * (TELLINGS_MAX - 1)


async def test_a_failure_that_was_not_heard_at_once_frees_the_file_nevertheless(
    darkroom: Darkroom,
) -> None:
    files = FilesHardToTell(darkroom, TELLINGS_MAX - 1)

    ended = await worked_on(darkroom, files, FailingMaker(darkroom.objects))

    assert ended == ("failed", False)


async def test_an_end_that_was_heard_and_not_answered_counts_once(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    files = FilesHardToTell(darkroom, 1, hears=True)

    assert await worked_on(darkroom, files) == ("done", False)
    assert not_told(capsys) == ["attempt.not_told", "job.not_answered"]
    assert len((await darkroom.call("GET", "/api/notifications")).json["notifications"]) == 1


async def test_a_file_that_never_answers_is_left_to_its_lease(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    files = FilesHardToTell(darkroom, TELLINGS_MAX)

    assert await worked_on(darkroom, files) == ("in_progress", True)
    assert files.tellings == TELLINGS_MAX
    assert not_told(capsys)[-1] == "job.not_answered"
