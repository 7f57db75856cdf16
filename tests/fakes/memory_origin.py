"""The platform's fetch to the origin, scripted: what it gives back, or why it gives nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge.exchange import Native, Response
from edge.proxy import NoAnswer, Outgoing, Silence


@dataclass(slots=True)
class MemoryOrigin:
    """Answers 200, unless told otherwise; its answers are told apart by their `native`."""

    status: int = 200
    text: str = ""  # the body of its answers
    silences: list[Silence] = field(default_factory=list)  # of the next attempts, one each
    sent: list[Outgoing] = field(default_factory=list)
    natives: list[Native] = field(default_factory=list)

    async def send(self, native: Native, outgoing: Outgoing) -> Response:
        self.sent.append(outgoing)
        self.natives.append(native)
        if self.silences:
            raise NoAnswer(self.silences.pop(0))
        native_answer = f"answer {len(self.sent)}"
        return Response(self.status, native=native_answer, copied=self._copied)

    async def _copied(self, bytes_max: int) -> bytes | None:
        return self.text.encode() if len(self.text) <= bytes_max else None

    @property
    def urls(self) -> list[str]:
        return [outgoing.url for outgoing in self.sent]

    def is_silent(self, silences: Iterable[Silence]) -> "MemoryOrigin":
        self.silences = list(silences)
        return self
