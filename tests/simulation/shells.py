"""The actors' shells without a platform: real cores and hosts, and the few lines around them."""

from actors.host import Host, Receiver, answered
from tests.simulation.cell import Cell
from tests.simulation.stage import Stage


class HostedShell:
    """As `file_actor.py` and `operations_actor.py`."""

    def __init__(self, cell: Cell, host: Host) -> None:
        self._cell = cell
        self._host = host

    async def receive(self, text: str) -> str:
        answer = self._host.answer(text)
        self._cell.hear(text, answer)
        await self._host.settle()
        return answer

    async def wait(self, text: str) -> str:
        raise AssertionError(f"nobody waits for this actor: {text}")

    async def alarm(self) -> None:
        self._cell.has_woken = True
        await self._host.wake()


class PlainShell:
    """As `inbox_actor.py` and `backlog_actor.py`: it owes nothing."""

    def __init__(self, cell: Cell, core: Receiver, stage: Stage) -> None:
        self._cell = cell
        self._core = core
        self._stage = stage

    async def receive(self, text: str) -> str:
        answer = answered(self._core, text, self._stage.now_ms)
        self._cell.hear(text, answer)
        return answer

    async def wait(self, text: str) -> str:
        raise AssertionError(f"nobody waits for this actor: {text}")

    async def alarm(self) -> None:
        raise AssertionError("it sets no alarm")
