"""What the backlog's actor is told and what it answers: it stands in for a queue."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.messages.file import Dispatch
from domain.values import Value


class Enqueue(Value):
    """A job that waits in it already keeps its place."""

    type: Literal["enqueue"] = "enqueue"
    dispatch: Dispatch


class Take(Value):
    """The oldest ones, which leave the backlog. One that is lost is sent again by its file."""

    type: Literal["take"] = "take"
    limit: int


class Taken(Value):
    dispatches: tuple[Dispatch, ...]


BacklogMessage = Annotated[Enqueue | Take, Field(discriminator="type")]
BACKLOG_MESSAGE: Final[TypeAdapter[BacklogMessage]] = TypeAdapter(BacklogMessage)
