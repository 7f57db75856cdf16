"""Effects: each names whom it is about, for whoever reads the log at night."""

import pytest

from actors.effects import (
    ArchiveObject,
    Effect,
    ExpireUpload,
    NotifyOwner,
    NudgeFiles,
    PurgeObjects,
    RecordAudit,
    ReportOrder,
    SendDispatch,
    SweepObjects,
    TellOrder,
    ids_of,
)
from domain.file import OrderPause
from domain.messages.file import Dispatch
from domain.messages.inbox import Deliver
from domain.messages.operations import OrderTotals, RecordActions, Report
from tests.unit.factories import FILE_ID, JOB_ID, news


@pytest.mark.parametrize(
    ("effect", "ids"),
    [
        (
            SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), attempt=0),
            {"file_id": FILE_ID, "job_id": JOB_ID},
        ),
        (TellOrder("summer-42", news()), {"order_id": "summer-42", "file_id": FILE_ID}),
        (PurgeObjects(FILE_ID, ("raw/",)), {"file_id": FILE_ID}),
        (SweepObjects(FILE_ID, ("a",)), {"file_id": FILE_ID}),
        (ArchiveObject(FILE_ID, "a", "b"), {"file_id": FILE_ID}),
        (ExpireUpload(FILE_ID, ("raw/",)), {"file_id": FILE_ID}),
        (RecordAudit(FILE_ID, RecordActions(records=())), {"target": FILE_ID}),
        (NotifyOwner("alice", Deliver(notifications=())), {"user_id": "alice"}),
        (NudgeFiles("summer-42", (FILE_ID,), OrderPause()), {"order_id": "summer-42"}),
        (
            ReportOrder(Report(order_id="summer-42", version=1, totals=OrderTotals())),
            {"order_id": "summer-42"},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_effect_names_whom_it_is_about(effect: Effect, ids: dict[str, str]) -> None:
    assert ids_of(effect) == ids
