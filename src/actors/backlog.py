"""The core of the backlog's actor: it stands in for the queue on accounts that have none.

It need not be safer than a queue: a job that is lost on the way is sent again by its file's actor.
"""

from actors.client import BacklogClient
from domain.messages.backlog import BACKLOG_MESSAGE, BacklogMessage, Enqueue, Take, Taken
from domain.messages.file import Dispatch
from domain.messages.reply import Done
from domain.values import Value
from storage.backlog_repository import MIGRATIONS, BacklogRepository
from storage.sql import Sql, migrate


class BacklogCore:
    def __init__(self, sql: Sql) -> None:
        migrate(sql, MIGRATIONS)
        self._sql = sql
        self._repository = BacklogRepository(sql)

    def receive(self, text: str, now_ms: int) -> Value:  # noqa: ARG002 -- as every core's
        message = BACKLOG_MESSAGE.validate_json(text)
        return self._sql.transaction(lambda: self._answer(message))

    def _answer(self, message: BacklogMessage) -> Value:
        match message:
            case Enqueue():
                self._repository.add(message.dispatch)
                return Done()
            case Take():
                return Taken(dispatches=self._repository.take(message.limit))


class BacklogQueue:
    """The backlog as a queue, for whoever sends to it."""

    def __init__(self, backlog: BacklogClient) -> None:
        self._backlog = backlog

    async def send(self, body: dict[str, str]) -> object:
        return await self._backlog.enqueue(Enqueue(dispatch=Dispatch.model_validate(body)))
