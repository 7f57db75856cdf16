"""The queue of a test: what was sent waits until somebody takes it."""


class MemoryQueue:
    """The queue `edit-jobs`: what was sent and nobody has taken."""

    def __init__(self) -> None:
        self.is_down = False
        self.sends = 0
        self._messages: list[dict[str, str]] = []

    async def send(self, body: dict[str, str]) -> None:
        if self.is_down:
            raise ConnectionError("Network connection lost.")
        self.sends += 1
        self._messages.append(body)

    def take(self) -> list[dict[str, str]]:
        taken, self._messages = self._messages, []
        return taken
