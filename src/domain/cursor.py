"""Where a reader of an order or a room is: after which event, in which life of its event log."""

import re
from dataclasses import dataclass
from typing import Final, Self

# An offset as it is written and no other way, so that equal places have equal texts; and small
# enough for every client's numbers. Whatever else is in it, a text of this shape does no harm.
SHAPE: Final = re.compile(r"([0-9A-Za-z]{1,32})-(0|[1-9][0-9]{0,14})")


@dataclass(frozen=True, slots=True)
class Cursor:
    epoch: str
    offset: int  # of the newest event that the reader has seen; 0: of none

    def __str__(self) -> str:
        return f"{self.epoch}-{self.offset}"

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """None: nobody ever gave that out as a cursor."""
        found = SHAPE.fullmatch(text)
        return cls(found[1], int(found[2])) if found else None

    def moved_to(self, offset: int) -> Self:
        return type(self)(self.epoch, offset)
