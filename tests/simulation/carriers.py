"""What carries jobs to workers: the queue, the cron; and the workers themselves."""

from collections.abc import Callable
from typing import Any, Final

from actors.client import BacklogClient, OperationsClient
from consumer.edit import Editor
from consumer.transport import DEAD_LETTERS, Transport
from tests.simulation.stage import Call, Party, Stage
from tests.simulation.weather import Trip, Trouble

WORKER_S: Final = 15 * 60  # how long the platform lets one run
CRON_S: Final = 120.0
JOBS: Final = "edit-jobs"
BATCH_MAX: Final = 4
DELIVERIES_MAX: Final = 3
AGAIN_S: Final = 5.0


class Worker(Party):
    dies_of = Trouble.WORKER_DIES
    stalls_of = Trouble.WORKER_STALLS


class Message:
    """Of a queue, at one of its deliveries."""

    def __init__(self, number: int, body: dict[str, str], attempts: int = 1) -> None:
        self.id = f"message-{number}"
        self.number = number
        self.body: object = body
        self.sent = body
        self.attempts = attempts
        self.is_acked = False
        self.is_retried = False

    def ack(self) -> None:
        self.is_acked = True

    def retry(self) -> None:
        self.is_retried = True


class Workshop:
    """Has workers do what there is to do, each with a new worker's id, for as long as it may."""

    def __init__(
        self,
        stage: Stage,
        editor: Callable[[str], Editor],
        operations: OperationsClient,
        backlog: BacklogClient,
    ) -> None:
        self._stage = stage
        self._editor = editor
        self._operations = operations
        self._backlog = backlog
        self._hired = 0
        self.workers: list[Worker] = []

    def consume(self, queue: str, messages: list[Message], done: Callable[[bool], None]) -> None:
        worker, transport = self._hire()
        self._work(worker, transport.consume(queue, messages), done)

    def drain(self, done: Callable[[bool], None]) -> None:
        worker, transport = self._hire()
        self._work(worker, transport.drain(), done)

    def _hire(self) -> tuple[Worker, Transport]:
        self._hired += 1
        worker = Worker(f"worker-{self._hired}")
        self.workers.append(worker)
        transport = Transport(self._editor(worker.name), self._operations, self._backlog)
        return worker, transport

    def _work(self, worker: Worker, work: Any, done: Callable[[bool], None]) -> None:
        """`done` is told whether the worker got to the end of it."""
        self._stage.note(worker.name, "begins")
        self._stage.later(WORKER_S, worker.end)
        task = self._stage.begin(worker, work)

        def ended(_: object) -> None:
            self.workers.remove(worker)
            if not task.cancelled() and (error := task.exception()) is not None:
                self._stage.blame("a worker breaks down", repr(error))
            done(not task.cancelled())

        task.add_done_callback(ended, context=self._stage.itself.context)


class SimulatedQueue:
    """At least once, in any order, at any time; or not at all."""

    def __init__(self, stage: Stage, workshop: Workshop) -> None:
        self._stage = stage
        self._workshop = workshop
        self._sent = 0
        self._waiting: dict[str, list[Message]] = {JOBS: [], DEAD_LETTERS: []}

    async def send(self, body: dict[str, str]) -> object:
        def happen(call: Call) -> None:
            self._sent += 1
            self._carry(Message(self._sent, body))
            call.succeed(None)

        return await self._stage.travel(Trip.QUEUE, f"queue {body['job_id']}", happen)

    def _carry(self, message: Message) -> None:
        weather = self._stage.weather
        if weather.strikes(Trouble.QUEUE_LOSES):
            self._stage.note("queue", f"loses {message.id}")
            return
        for _ in range(1 + weather.strikes(Trouble.QUEUE_TWICE)):
            copy = Message(message.number, message.sent, message.attempts)
            self._stage.later(weather.queue_delay_s(), self._arrive, copy)

    def _arrive(self, message: Message) -> None:
        """The next batch takes it along."""
        queue = DEAD_LETTERS if message.attempts > DELIVERIES_MAX else JOBS
        if not self._waiting[queue]:
            self._stage.later(0, self._deliver, queue)
        self._waiting[queue].append(message)

    def _deliver(self, queue: str) -> None:
        waiting = self._waiting[queue]
        batch, self._waiting[queue] = waiting[:BATCH_MAX], waiting[BATCH_MAX:]
        if self._waiting[queue]:
            self._stage.later(0, self._deliver, queue)

        def done(is_whole: bool) -> None:  # noqa: FBT001 -- a callback is given no names
            for message in batch:
                is_done = message.is_acked or (is_whole and not message.is_retried)
                if not is_done:
                    again = Message(message.number, message.sent, message.attempts + 1)
                    self._stage.later(AGAIN_S, self._carry, again)

        self._workshop.consume(queue, batch, done)


class Cron:
    """Every two minutes; but while nothing waits, nobody has to watch it tick."""

    def __init__(self, stage: Stage, workshop: Workshop, is_empty: Callable[[], bool]) -> None:
        self._stage = stage
        self._workshop = workshop
        self._is_empty = is_empty
        self._is_set = False

    def look(self) -> None:
        """Something may wait in the backlog."""
        if not self._is_set and not self._is_empty():
            self._is_set = True
            now_s = self._stage.loop.time()
            self._stage.later(CRON_S - now_s % CRON_S, self._tick)

    def _tick(self) -> None:
        self._is_set = False
        self._workshop.drain(lambda _: self.look())
        self.look()
