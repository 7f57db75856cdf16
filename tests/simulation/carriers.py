"""What carries jobs to workers: the queue, the cron; and the workers themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actors.client import BacklogClient, OperationsClient
from actors.fanout import Fanout
from consumer.edit import Editor
from consumer.transport import DEAD_EVENTS, DEAD_LETTERS, Transport
from tests.simulation.stage import Call, Party, Stage
from tests.simulation.weather import Trip, Trouble

NOT_LATER: Final[Mapping[str, int]] = {}
WORKER_S: Final = 15 * 60  # how long the platform lets one run
CRON_S: Final = 120.0


class Worker(Party):
    dies_of = Trouble.WORKER_DIES
    stalls_of = Trouble.WORKER_STALLS


class Message:
    """Of a queue, at one of its deliveries."""

    def __init__(self, number: int, body: object, attempts: int = 1) -> None:
        self.id = f"message-{number}"
        self.number = number
        self.body = body
        self.sent = body
        self.attempts = attempts
        self.is_acked = False
        self.is_retried = False
        self.delay_s: int | None = None  # as its consumer wants it

    def ack(self) -> None:
        self.is_acked = True

    def retry(self, options: Mapping[str, int] = NOT_LATER) -> None:
        self.is_retried = True
        self.delay_s = options.get("delaySeconds")


class Workshop:
    """Has workers do what there is to do, each with a new worker's id, for as long as it may."""

    def __init__(
        self,
        stage: Stage,
        editor: Callable[[str], Editor],
        operations: OperationsClient,
        backlog: BacklogClient,
        fanout: Fanout,
    ) -> None:
        self._stage = stage
        self._editor = editor
        self._operations = operations
        self._backlog = backlog
        self._fanout = fanout
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
        editor = self._editor(worker.name)
        transport = Transport(editor, self._operations, self._backlog, self._fanout)
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


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """As in wrangler.toml."""

    name: str
    dead_letters: str
    batch_max: int
    deliveries_max: int
    again_s: float
    gather_s: float  # for a batch to fill
    may_lose: bool  # what is sent again anyway may be lost for good


JOBS: Final = QueuePlan("edit-jobs", DEAD_LETTERS, 4, 3, 5.0, 0.0, may_lose=True)
# Fewer deliveries than there, so that an outage of half an hour is too long already.
EVENTS: Final = QueuePlan("events", DEAD_EVENTS, 20, 8, 30.0, 1.0, may_lose=False)


class SimulatedQueue:
    """At least once, in any order, at any time; or not at all."""

    def __init__(
        self,
        stage: Stage,
        workshop: Workshop,
        plan: QueuePlan,
        bury: Callable[[str], object] = str,
    ) -> None:
        """`bury` is told of what comes to the dead letters."""
        self.sent: list[str] = []  # all that anybody put there
        self._bury = bury
        self._stage = stage
        self._workshop = workshop
        self._plan = plan
        self._waiting: dict[str, list[Message]] = {plan.name: [], plan.dead_letters: []}

    async def send(self, body: object, _: object = None) -> object:
        def happen(call: Call) -> None:
            self.sent.append(str(body))
            self._carry(Message(len(self.sent), body))
            call.succeed(None)

        told = body["job_id"] if isinstance(body, dict) else self._plan.name
        return await self._stage.travel(Trip.QUEUE, f"queue {told}", happen)

    def _carry(self, message: Message) -> None:
        weather = self._stage.weather
        if self._plan.may_lose and weather.strikes(Trouble.QUEUE_LOSES):
            self._stage.note("queue", f"loses {message.id}")
            return
        for _ in range(1 + weather.strikes(Trouble.QUEUE_TWICE)):
            copy = Message(message.number, message.sent, message.attempts)
            self._stage.later(weather.queue_delay_s(), self._arrive, copy)

    def _arrive(self, message: Message) -> None:
        """The next batch takes it along."""
        queue = self._plan.name
        if message.attempts > self._plan.deliveries_max:
            queue = self._plan.dead_letters
            self._bury(str(message.sent))
        if not self._waiting[queue]:
            self._stage.later(self._plan.gather_s, self._deliver, queue)
        self._waiting[queue].append(message)

    def _deliver(self, queue: str) -> None:
        waiting, batch_max = self._waiting[queue], self._plan.batch_max
        batch, self._waiting[queue] = waiting[:batch_max], waiting[batch_max:]
        if self._waiting[queue]:
            self._stage.later(0, self._deliver, queue)

        def done(is_whole: bool) -> None:  # noqa: FBT001 -- a callback is given no names
            for message in batch:
                is_done = message.is_acked or (is_whole and not message.is_retried)
                if not is_done:
                    again = Message(message.number, message.sent, message.attempts + 1)
                    again_s = message.delay_s or self._plan.again_s
                    self._stage.later(again_s, self._carry, again)

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
