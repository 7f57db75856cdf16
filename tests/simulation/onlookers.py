"""Who only looks: at an order, its files and jobs; and never sees anything older than before."""

import random
from dataclasses import dataclass

from domain.messages.file import DescribeHistory
from domain.messages.inbox import ListNotifications
from domain.messages.order import AwaitOrder, DescribeOrder, ListFiles, ListJobs
from tests.simulation.people import CALLER, Photographer
from tests.simulation.stage import Stage


@dataclass(slots=True)
class Onlooker:
    photographer: Photographer
    stage: Stage
    draw: random.Random

    async def look(self) -> None:
        services, order_id = self.photographer.services, self.photographer.any_order()
        page = await services.orders.list_files(order_id, ListFiles(caller_id=CALLER))
        if self.photographer.file_ids:
            history = DescribeHistory(caller_id=CALLER)
            await services.files.describe_history(self.photographer.any_file(), history)
        await services.orders.list_jobs(order_id, ListJobs(caller_id=CALLER))
        await services.inboxes.list(CALLER, ListNotifications())
        status = await services.orders.describe(order_id, DescribeOrder(caller_id=CALLER))
        self._goes_on(page.version, status.version)

    async def wait(self) -> None:
        """For whatever comes next in the order."""
        orders, order_id = self.photographer.services.orders, self.photographer.any_order()
        status = await orders.describe(order_id, DescribeOrder(caller_id=CALLER))
        cursor = f"{status.epoch}-{status.version}"
        poll = AwaitOrder(caller_id=CALLER, since=cursor, wait_ms=self.draw.choice((10, 25_000)))
        news = await orders.wait(order_id, poll)
        self._goes_on(status.version, news.version)

    def _goes_on(self, before: int, after: int) -> None:
        law = "who looks again sees nothing older"
        self.stage.expect(before <= after, law, before, after)
