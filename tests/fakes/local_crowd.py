"""All sockets of an actor, without a platform: as `actors.sockets.Sockets`."""

from collections.abc import Iterator, Sequence

from domain.messages.live import batch_of
from tests.fakes.local_socket import LocalSocket


class LocalCrowd:
    def __init__(self, sockets: Sequence[LocalSocket]) -> None:
        self.sockets = sockets

    def __iter__(self) -> Iterator[LocalSocket]:
        return iter(self.sockets)

    def __len__(self) -> int:
        return len(self.sockets)

    def send(self, texts: list[str]) -> Iterator[tuple[LocalSocket, str]]:
        for socket in self.sockets:
            try:
                for text in [batch_of(texts)] if socket.takes_batches else texts:
                    socket.send(text)
            except ConnectionError as error:
                yield socket, str(error)

    def singles(self) -> int:
        return sum(not socket.takes_batches for socket in self.sockets)
