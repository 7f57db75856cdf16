"""Effects: each names whom it is about, for whoever reads the log at night."""

import pytest

from actors.effects import Effect, NotifyOwner, PurgeObjects, SendDispatch, TellOrder, ids_of
from domain.messages.file import Dispatch
from domain.messages.inbox import Deliver
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
        (NotifyOwner("alice", Deliver(notifications=())), {"user_id": "alice"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_effect_names_whom_it_is_about(effect: Effect, ids: dict[str, str]) -> None:
    assert ids_of(effect) == ids
