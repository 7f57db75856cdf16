"""What a reader gets first, by whatever transport: `hello`, then all that they have missed.

Made in one stretch, so nothing happens between the cursor, the snapshot and the events.
"""

from collections.abc import Callable
from dataclasses import dataclass

from actors.hub import Resumption
from domain.cursor import Cursor
from storage.hub_repository import Published


@dataclass(frozen=True, slots=True)
class Opening:
    hello: str  # the frame, as text
    cursor: Cursor  # of `hello`: the reader's own, if they go on from there
    recovered: bool
    events: tuple[Published, ...] = ()
    is_coalesced: bool = False

    @classmethod
    def of(cls, resumption: Resumption, cursor: Cursor, hello: str) -> "Opening":
        return cls(hello, cursor, resumption.recovered, resumption.events, resumption.is_coalesced)

    @property
    def reached(self) -> Cursor:
        """Where the reader is, once they have read it all."""
        return self.events[-1].cursor if self.events else self.cursor

    @property
    def frames(self) -> list[str]:
        return [self.hello, *(event.text for event in self.events)]

    @property
    def page(self) -> str:
        """The same as one JSON object. No text is made twice."""
        events = f'"events":[{",".join(event.text for event in self.events)}]'
        if not self.recovered:
            return f"{self.hello[:-1]},{events}}}"
        return f'{{"cursor":"{self.reached}","recovered":true,{events}}}'


# From a cursor, at most so many events. Raises a refusal where the reader may not read.
Open = Callable[[Cursor | None, int], Opening]
