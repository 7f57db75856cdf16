"""A file between two sides: what the origin is told of it, or knew of it before it was ours."""

from typing import Any

from actors.effects import TellOrigin
from domain.adoption import Adoption
from domain.job import JobStatus
from domain.messages.file import Register
from domain.snapshot import JobSummary, summary
from tests.unit.actors.cores import FileOnPaper, job_id
from tests.unit.factories import NOW_MS, a_job, a_preview, an_upload

BASE = "https://legacy.example"
TOKEN = "t" * 32
BOTH: dict[str, Any] = {
    "origin_api_base": BASE,
    "origin_internal_token": TOKEN,
    "canary_secret": "c" * 32,
}


def done(number: int) -> JobSummary:
    return summary(a_job(JobStatus.DONE, id=job_id(number)))


def an_adoption(**changes: object) -> Adoption:
    facts: dict[str, object] = {
        "marked": True,
        "version": 7,
        "job": done(3),
        "past_jobs": (done(2), done(1)),
        "preview": a_preview(),
        "created_at_ms": NOW_MS - 9_000,
        "updated_at_ms": NOW_MS - 5_000,
    }
    return Adoption.model_validate(facts | changes)


def an_adopted_file(object_key: str = "user/alice/orders/summer-42/raw/beach.jpg") -> FileOnPaper:
    file = FileOnPaper(is_registered=False, **BOTH)
    file.tell(Register(upload=an_upload(object_key=object_key), adoption=an_adoption()))
    return file


def told_of(**changes: object) -> TellOrigin:
    facts: dict[str, Any] = {
        "upload": an_upload(),
        "name": "beach.jpg",
        "marked": False,
        "deleted": False,
        "version": 1,
        "created_at_ms": NOW_MS,
    }
    return TellOrigin(**(facts | changes))
