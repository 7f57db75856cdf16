"""What carries jobs to a worker, without a platform, and what became of them."""

import json
from typing import Any

import pytest

from actors.client import BacklogClient
from actors.fanout import Fanout
from consumer.edit import Editor
from consumer.transport import Transport
from storage.previews import CopyPreviews, PreviewMaker
from tests.unit.darkroom import Darkroom, no_pause


def a_transport(
    darkroom: Darkroom, maker: PreviewMaker | None = None, fanout: Fanout | None = None
) -> Transport:
    makers = [maker or CopyPreviews(darkroom.objects)]
    return Transport(
        editor=Editor(darkroom.services.files, darkroom.objects, makers, "worker-1", no_pause),
        operations=darkroom.services.operations,
        backlog=BacklogClient(darkroom.actors.backlog),
        fanout=fanout or darkroom.actors.fanout,
    )


async def queued(darkroom: Darkroom, *names: str) -> list[str]:
    """The paths of files whose jobs wait for a worker."""
    paths = [await darkroom.uploaded(name) for name in names]
    await darkroom.submit(*paths)
    return paths


async def statuses(darkroom: Darkroom, paths: list[str]) -> set[str]:
    return {(await darkroom.call("GET", path)).json["status"] for path in paths}


def events(capsys: pytest.CaptureFixture[str], *nouns: str) -> list[dict[str, Any]]:
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if line["event"].startswith(nouns)]
