"""Operators at work: files, jobs and messages to act on, and what is left to be seen of it."""

import json
from typing import Any

import pytest

from domain.messages.operations import Park
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom

ORDER_OPS = ORDER.replace("/api/", "/ops/")
KEY = {"idempotency-key": "k1"}


async def a_file(darkroom: Darkroom) -> str:
    """Where operators act on a file whose job waits for a worker."""
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    return path.replace("/api/", "/ops/")


async def seen(darkroom: Darkroom, path: str) -> dict[str, Any]:
    inspected: dict[str, Any] = (await darkroom.operate("GET", path)).json
    return inspected


async def job_path(darkroom: Darkroom, path: str) -> str:
    return f"/ops/jobs/{(await seen(darkroom, path))['file']['job']['id']}"


async def failed_job(darkroom: Darkroom) -> str:
    """Where operators act on a job that has failed."""
    path = await a_file(darkroom)
    job = await job_path(darkroom, path)
    await darkroom.operate("POST", f"{job}/cancel", "to have a failed one")
    return job


async def audited(darkroom: Darkroom) -> list[str]:
    records = (await darkroom.operate("GET", "/ops/audit")).json["records"]
    return [record["operation"] for record in records]


async def parked(darkroom: Darkroom, body: str = "{}") -> str:
    park = Park(message_id="m1", queue="edit-jobs-dead", body=body, reason="unread")
    await darkroom.services.operations.park(park)
    return "/ops/dead/m1"


def acted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if line["event"] == "operator.acted"]


async def all_failed(darkroom: Darkroom, clock: Clock, *names: str) -> None:
    """Files whose jobs have failed, and the operators' actor knows."""
    paths = [await darkroom.uploaded(name) for name in names]
    await darkroom.submit(*paths)
    jobs = [await job_path(darkroom, path.replace("/api/", "/ops/")) for path in paths]
    [await darkroom.operate("POST", f"{job}/cancel", "to have failed ones") for job in jobs]
    clock.advance_ms(darkroom.settings.report_interval_ms)
    await darkroom.actors.ring()


async def redrive(
    darkroom: Darkroom, query: str = "", headers: dict[str, str] | None = None
) -> Answer:
    return await darkroom.operate("POST", f"/ops/jobs/redrive{query}", "mended", headers)
