"""Ids: their shapes, and the checks made before an actor may be addressed by one."""

import re
import uuid
from typing import Annotated, Final

from pydantic import StringConstraints

from domain.limits import ID_CHARACTERS_MAX

CHOSEN: Final = rf"^[A-Za-z0-9][A-Za-z0-9_-]{{0,{ID_CHARACTERS_MAX - 1}}}$"
FILE: Final = r"^file_[0-9a-f]{32}$"
JOB: Final = r"^job_[0-9a-f]{32}$"
NOTIFICATION: Final = r"^ntf_[0-9a-f]{32}$"

OrderId = Annotated[str, StringConstraints(pattern=CHOSEN)]
FileId = Annotated[str, StringConstraints(pattern=FILE)]
JobId = Annotated[str, StringConstraints(pattern=JOB)]


def is_chosen_id(text: str) -> bool:
    """Whether `text` may be an order id or a user id. `$` alone would let a newline through."""
    return re.fullmatch(CHOSEN[1:-1], text) is not None


def is_file_id(text: str) -> bool:
    return re.fullmatch(FILE[1:-1], text) is not None


def is_notification_id(text: str) -> bool:
    return re.fullmatch(NOTIFICATION[1:-1], text) is not None


def new_file_id() -> str:
    """Only inside a handler: the platform refuses randomness while modules are imported."""
    return f"file_{uuid.uuid4().hex}"


def new_job_id() -> str:
    return f"job_{uuid.uuid4().hex}"


def notification_id(job_id: str) -> str:
    """One outcome per job, so a repeated delivery is the same notification."""
    return f"ntf_{job_id.removeprefix('job_')}"
