"""All sockets of an actor, without a platform: as `actors.sockets.Sockets`."""

from collections.abc import Iterator, Sequence

from actors.watchers import Socket


class LocalCrowd:
    def __init__(self, sockets: Sequence[Socket]) -> None:
        self.sockets = sockets

    def __iter__(self) -> Iterator[Socket]:
        return iter(self.sockets)

    def __len__(self) -> int:
        return len(self.sockets)

    def send(self, texts: list[str]) -> Iterator[tuple[Socket, str]]:
        for socket in self.sockets:
            try:
                for text in texts:
                    socket.send(text)
            except ConnectionError as error:
                yield socket, str(error)
