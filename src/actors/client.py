"""How the edge, the consumer and actors reach actors: one RPC, one JSON text each way."""

from typing import Final

from actors.calls import Answer, Namespace, Remote
from domain.ids import file_of
from domain.messages import backlog, file, inbox, operations, order, rollout, room
from domain.messages.event_page import EventPage, ListEvents
from domain.messages.reply import Done, Operated
from domain.snapshot import FileSnapshot, JobSummary

SWITCHING_PROTOCOLS: Final = 101
OK: Final = 200
NOT_MODIFIED: Final = 304
ONLY: Final = "only"  # the key of an actor of which there is one


class FileClient:
    """Files by their id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "file actor")

    async def register(self, message: file.Register) -> file.Registered:
        return await self._remote.ask(message.upload.file_id, message, file.Registered)

    async def describe_upload(self, file_id: str, message: file.DescribeUpload) -> file.Registered:
        return await self._remote.ask(file_id, message, file.Registered)

    async def describe(self, file_id: str, message: file.DescribeFile) -> FileSnapshot:
        return await self._remote.ask(file_id, message, FileSnapshot)

    async def describe_history(
        self, file_id: str, message: file.DescribeHistory
    ) -> file.FileHistory:
        return await self._remote.ask(file_id, message, file.FileHistory)

    async def describe_job(self, message: file.DescribeJob) -> JobSummary:
        return await self._remote.ask(file_of(message.job_id), message, JobSummary)

    async def submit(self, file_id: str, message: file.Submit) -> file.Submitted:
        return await self._remote.ask(file_id, message, file.Submitted)

    async def claim(self, file_id: str, message: file.Claim) -> file.Grant:
        return await self._remote.ask(file_id, message, file.Grant)

    async def renew(self, file_id: str, message: file.Renew) -> file.Grant:
        return await self._remote.ask(file_id, message, file.Grant)

    async def complete(self, file_id: str, message: file.Complete) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def fail(self, file_id: str, message: file.Fail) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def update(self, file_id: str, message: file.UpdateFile) -> FileSnapshot:
        return await self._remote.ask(file_id, message, FileSnapshot)

    async def delete(self, file_id: str, message: file.DeleteFile) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def hold(self, file_id: str, message: file.Hold) -> file.Held:
        return await self._remote.ask(file_id, message, file.Held)

    async def unhold(self, file_id: str, message: file.Unhold) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def nudge(self, file_id: str, message: file.Nudge) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def operate(self, file_id: str, message: file.OperateFile) -> Operated:
        return await self._remote.ask(file_id, message, Operated)

    async def inspect(self, file_id: str) -> file.Inspection:
        return await self._remote.ask(file_id, file.Inspect(), file.Inspection)


class OrderClient:
    """Orders by their id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "order actor")

    async def reserve(self, message: order.Reserve) -> order.Reserved:
        return await self._remote.ask(message.order_id, message, order.Reserved)

    async def release(self, order_id: str, message: order.Release) -> Done:
        return await self._remote.ask(order_id, message, Done)

    async def apply(self, order_id: str, message: order.Apply) -> order.Applied:
        return await self._remote.ask(order_id, message, order.Applied)

    async def list_files(self, order_id: str, message: order.ListFiles) -> order.FilePage:
        return await self._remote.ask(order_id, message, order.FilePage)

    async def list_jobs(self, order_id: str, message: order.ListJobs) -> order.JobPage:
        return await self._remote.ask(order_id, message, order.JobPage)

    async def describe(self, order_id: str, message: order.DescribeOrder) -> order.OrderStatus:
        return await self._remote.ask(order_id, message, order.OrderStatus)

    async def wait(self, order_id: str, message: order.AwaitOrder) -> order.OrderStatus:
        return await self._remote.wait(order_id, message, order.OrderStatus, message.wait_ms)

    async def list_marked(self, order_id: str, message: order.ListMarked) -> order.MarkedFiles:
        return await self._remote.ask(order_id, message, order.MarkedFiles)

    async def list_names(self, order_id: str, message: order.ListNames) -> order.NamedFiles:
        return await self._remote.ask(order_id, message, order.NamedFiles)

    async def list_active(self, order_id: str, message: order.ListActive) -> order.ActiveFiles:
        return await self._remote.ask(order_id, message, order.ActiveFiles)

    async def hydrate(self, message: order.Hydrate) -> Done:
        return await self._remote.ask(message.order_id, message, Done)

    async def revalidated(self, order_id: str, message: order.Revalidated) -> Done:
        return await self._remote.ask(order_id, message, Done)

    async def invalidate(self, order_id: str) -> Done:
        return await self._remote.ask(order_id, order.Invalidate(), Done)

    async def list_events(self, order_id: str, message: ListEvents) -> EventPage:
        return await self._remote.ask(order_id, message, EventPage)

    async def begin(self, order_id: str, message: order.BeginRequest) -> order.BegunRequest:
        return await self._remote.ask(order_id, message, order.BegunRequest)

    async def finish(self, order_id: str, message: order.FinishRequest) -> Done:
        return await self._remote.ask(order_id, message, Done)

    async def operate(self, order_id: str, message: order.OperateOrder) -> Operated:
        return await self._remote.ask(order_id, message, Operated)

    async def watch(self, order_id: str, request: object) -> Answer:
        """Hand a WebSocket upgrade to the order; its response goes to the client as it is."""
        return await self._remote.passed(order_id, request, SWITCHING_PROTOCOLS)

    async def events(self, order_id: str, request: object, wait_ms: int) -> Answer:
        """The same of a stream or a poll."""
        return await self._remote.passed(order_id, request, OK, NOT_MODIFIED, wait_ms=wait_ms)


class RoomClient:
    """Rooms by their id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "room actor")

    async def publish(self, message: room.Publish) -> room.Receipt:
        return await self._remote.ask(message.room_id, message, room.Receipt)

    async def list_events(self, room_id: str, message: ListEvents) -> EventPage:
        return await self._remote.ask(room_id, message, EventPage)

    async def describe(self, room_id: str) -> room.Presence:
        return await self._remote.ask(room_id, room.DescribePresence(), room.Presence)

    async def watch(self, room_id: str, request: object) -> Answer:
        """Hand a WebSocket upgrade to the room; its response goes to the client as it is."""
        return await self._remote.passed(room_id, request, SWITCHING_PROTOCOLS)

    async def events(self, room_id: str, request: object, wait_ms: int) -> Answer:
        """The same of a stream or a poll."""
        return await self._remote.passed(room_id, request, OK, NOT_MODIFIED, wait_ms=wait_ms)


class InboxClient:
    """Inboxes by their user's id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "inbox actor")

    async def deliver(self, user_id: str, message: inbox.Deliver) -> Done:
        return await self._remote.ask(user_id, message, Done)

    async def list(self, user_id: str, message: inbox.ListNotifications) -> inbox.NotificationPage:
        return await self._remote.ask(user_id, message, inbox.NotificationPage)

    async def mark_read(self, user_id: str, message: inbox.MarkRead) -> inbox.Notification:
        return await self._remote.ask(user_id, message, inbox.Notification)

    async def list_orders(self, user_id: str, message: inbox.ListOrders) -> inbox.OrderPage:
        return await self._remote.ask(user_id, message, inbox.OrderPage)


class OperationsClient:
    """The one actor of the operators."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "operations actor")

    async def report(self, message: operations.Report) -> Done:
        return await self._remote.ask(ONLY, message, Done)

    async def record(self, message: operations.RecordActions) -> Done:
        return await self._remote.ask(ONLY, message, Done)

    async def park(self, message: operations.Park) -> Done:
        return await self._remote.ask(ONLY, message, Done)

    async def list_parked(self, message: operations.ListParked) -> operations.ParkedPage:
        return await self._remote.ask(ONLY, message, operations.ParkedPage)

    async def unpark(self, message: operations.Unpark) -> Operated:
        return await self._remote.ask(ONLY, message, Operated)

    async def list_failed(self, message: operations.ListFailed) -> operations.FailedPage:
        return await self._remote.ask(ONLY, message, operations.FailedPage)

    async def list_audit(self, message: operations.ListAudit) -> operations.AuditPage:
        return await self._remote.ask(ONLY, message, operations.AuditPage)

    async def metrics(self) -> operations.Metrics:
        return await self._remote.ask(ONLY, operations.CollectMetrics(), operations.Metrics)


class BacklogClient:
    """The one actor that stands in for a queue."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "backlog actor")

    async def enqueue(self, message: backlog.Enqueue) -> Done:
        return await self._remote.ask(ONLY, message, Done)

    async def take(self, message: backlog.Take) -> backlog.Taken:
        return await self._remote.ask(ONLY, message, backlog.Taken)


class RolloutClient:
    """The one actor of the rollout: its metrics, its breaker."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "rollout actor")

    async def flush(self, message: rollout.Flush) -> rollout.Verdicts:
        return await self._remote.ask(ONLY, message, rollout.Verdicts)

    async def describe(self) -> rollout.RolloutReport:
        return await self._remote.ask(ONLY, rollout.DescribeRollout(), rollout.RolloutReport)

    async def describe_parity(self) -> rollout.ParityReport:
        return await self._remote.ask(ONLY, rollout.DescribeParity(), rollout.ParityReport)

    async def operate(self, message: rollout.OperateRollout) -> Operated:
        return await self._remote.ask(ONLY, message, Operated)
