"""What operators do, each action with an id; and some of them twice."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from typing import Final

from actors.client import FileClient, OperationsClient, OrderClient
from domain.errors import Outage, Refusal
from domain.messages.file import OperateFile
from domain.messages.operations import ListFailed, ListParked, Unpark
from domain.messages.order import OperateOrder
from domain.messages.reply import Action
from domain.operation import Operation
from tests.simulation.people import Photographer

ON_FILES: Final = (Operation.PAUSE, Operation.RESUME, Operation.RESUME, Operation.FORCE_UNLOCK)
ON_JOBS: Final = (Operation.CANCEL, Operation.REDRIVE)
HASTE_S: Final = (0.0, 0.02, 5.0)
HOLDS_S: Final = (1.0, 60.0, 3600.0)
ON_ORDERS: Final = (Operation.PAUSE, Operation.RESUME, Operation.RESUME, Operation.REBUILD)


@dataclass(slots=True)
class Operator:
    files: FileClient
    orders: OrderClient
    operations: OperationsClient
    photographer: Photographer
    draw: random.Random
    acted: list[tuple[str, OperateFile | OperateOrder]] = field(default_factory=list)

    async def act_on_file(self) -> None:
        operation = self.draw.choice(ON_FILES)
        message = OperateFile(action=self._action(operation))
        await self._act(self.photographer.any_file(), message)

    async def act_on_job(self) -> None:
        wanted = self.photographer.any_file()
        asked = [one for one in self.photographer.asked if one[0] == wanted]
        file_id, _, job_id = self.draw.choice(asked or self.photographer.asked)
        message = OperateFile(action=self._action(self.draw.choice(ON_JOBS)), job_id=job_id)
        await self._act(file_id, message)

    async def hold_back(self) -> None:
        """An edit is asked for; and before anybody has begun it, its file is paused for a while."""
        active = self.photographer.at_work()
        idle = [file_id for file_id in self.photographer.file_ids if file_id not in active]
        file_id = self.draw.choice(idle or self.photographer.file_ids)
        asked = asyncio.ensure_future(self.photographer.revise(file_id))
        await asyncio.sleep(self.draw.random() * self.draw.choice(HASTE_S))
        await self._act(file_id, OperateFile(action=self._action(Operation.PAUSE)))
        with contextlib.suppress(Refusal, Outage):
            await asked
        await asyncio.sleep(self.draw.random() * self.draw.choice(HOLDS_S))
        await self._act(file_id, OperateFile(action=self._action(Operation.RESUME)))

    async def act_on_order(self) -> None:
        message = OperateOrder(action=self._action(self.draw.choice(ON_ORDERS)))
        await self._act(self.draw.choice(self.photographer.orders), message)

    async def act_again(self) -> None:
        """What was asked for before, by a slip of the finger or of the net."""
        await self._act(*self.draw.choice(self.acted))

    async def look(self) -> None:
        """And have done again whatever has failed, or lies among the dead letters."""
        await self.operations.metrics()
        await self.files.inspect(self.photographer.any_file())
        failed = await self.operations.list_failed(ListFailed())
        for file in failed.files[:2]:
            if file.job is not None:
                message = OperateFile(action=self._action(Operation.REDRIVE), job_id=file.job.id)
                await self._act(file.file_id, message)
        parked = await self.operations.list_parked(ListParked())
        for one in parked.messages[:1]:
            operation = self.draw.choice((Operation.REDRIVE, Operation.DISCARD))
            unpark = Unpark(message_id=one.message_id, action=self._action(operation))
            await self.operations.unpark(unpark)

    async def resume(self, file_ids: list[str], order_ids: list[str]) -> None:
        """Everything that was paused."""
        for order_id in order_ids:
            message = OperateOrder(action=self._action(Operation.RESUME))
            await self.orders.operate(order_id, message)
        for file_id in file_ids:
            resume = OperateFile(action=self._action(Operation.RESUME))
            await self.files.operate(file_id, resume)

    async def _act(self, target: str, message: OperateFile | OperateOrder) -> None:
        self.acted.append((target, message))
        while True:
            try:
                if isinstance(message, OperateFile):
                    await self.files.operate(target, message)
                else:
                    await self.orders.operate(target, message)
            except Outage:
                if self.draw.random() < 0.5:
                    raise
            else:
                return

    def _action(self, operation: Operation) -> Action:
        number = len(self.acted) + self.draw.randrange(10**6) * 1000
        return Action(
            action_id=f"act-{number}", operator="olga", operation=operation, reason="drawn"
        )
