"""Ids: their shapes, and the checks made before an actor may be addressed by one.

A job's id begins with its file's, so that the one actor that knows the job is found without asking.
"""

import hashlib
import re
import uuid
from typing import Annotated, Final

from pydantic import StringConstraints

from domain.limits import ID_CHARACTERS_MAX, ROOM_ID_CHARACTERS_MAX

CHOSEN: Final = rf"^[A-Za-z0-9][A-Za-z0-9_-]{{0,{ID_CHARACTERS_MAX - 1}}}$"
ROOM: Final = rf"^[A-Za-z0-9][A-Za-z0-9_-]{{0,{ROOM_ID_CHARACTERS_MAX - 1}}}$"
FILE: Final = r"^file_[0-9a-f]{32}$"
JOB: Final = r"^job_[0-9a-f]{32}_[0-9a-f]{16}$"
WEBHOOK: Final = r"^hook_[0-9a-f]{32}$"
NOTIFICATION: Final = r"^ntf_[0-9a-f]{32}_[0-9a-f]{16}$"
OWN_PART_CHARACTERS: Final = 16  # of a job's id; a file has few jobs, so they will not collide

OrderId = Annotated[str, StringConstraints(pattern=CHOSEN)]
FileId = Annotated[str, StringConstraints(pattern=FILE)]
JobId = Annotated[str, StringConstraints(pattern=JOB)]
NotificationId = Annotated[str, StringConstraints(pattern=NOTIFICATION)]


def is_chosen_id(text: str) -> bool:
    """Whether `text` may be an order id or a user id. `$` alone would let a newline through."""
    return re.fullmatch(CHOSEN[1:-1], text) is not None


def is_room_id(text: str) -> bool:
    return re.fullmatch(ROOM[1:-1], text) is not None


def is_file_id(text: str) -> bool:
    return re.fullmatch(FILE[1:-1], text) is not None


def is_job_id(text: str) -> bool:
    return re.fullmatch(JOB[1:-1], text) is not None


def is_notification_id(text: str) -> bool:
    return re.fullmatch(NOTIFICATION[1:-1], text) is not None


def is_webhook_id(text: str) -> bool:
    return re.fullmatch(WEBHOOK[1:-1], text) is not None


def new_file_id() -> str:
    """Only inside a handler: the platform refuses randomness while modules are imported."""
    return f"file_{uuid.uuid4().hex}"


def new_webhook_id() -> str:
    return f"hook_{uuid.uuid4().hex}"


def new_job_id(file_id: str) -> str:
    return _job_id(file_id, uuid.uuid4().hex)


def derived_job_id(file_id: str, *causes: str) -> str:
    """The same for the same causes: whoever asks again asks for the same job."""
    return _job_id(file_id, hashlib.sha256("\0".join(causes).encode()).hexdigest())


def file_of(job_id: str) -> str:
    """The id of the file that a job is about."""
    assert is_job_id(job_id)
    return f"file_{job_id.split('_')[1]}"


def notification_id(job_id: str) -> str:
    """One outcome per job, so a repeated delivery is the same notification."""
    return f"ntf_{job_id.removeprefix('job_')}"


def _job_id(file_id: str, own: str) -> str:
    return f"job_{file_id.removeprefix('file_')}_{own[:OWN_PART_CHARACTERS]}"
