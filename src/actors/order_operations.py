"""What operators may do to an order: pause it, resume it, rebuild its counts from its files."""

from actors.order_log import OrderLog
from actors.order_outbox import OrderDeadline, OrderOutbox
from domain import totals
from domain.errors import Code, Refusal
from domain.messages.order import OperateOrder
from domain.messages.reply import Operated
from domain.operation import Operation
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.order_repository import Order, OrderRepository


class OrderOperations:
    def __init__(
        self,
        repository: OrderRepository,
        actions: Actions,
        deadlines: Deadlines,
        outbox: OrderOutbox,
        log: OrderLog,
    ) -> None:
        self._repository = repository
        self._actions = actions
        self._deadlines = deadlines
        self._outbox = outbox
        self._log = log

    def operate(self, message: OperateOrder, before: Order, now_ms: int) -> Operated:
        """Once per action id; and what changes nothing leaves no record."""
        action = message.action
        if known := self._actions.answer(action.action_id):
            return known
        self._change(action.operation, before, now_ms)
        after = self._repository.load()
        assert after is not None
        if after.version != before.version:
            self._log.order_changed(after, now_ms)
        operated = Operated(
            action_id=action.action_id,
            is_changed=after.pause != before.pause or action.operation is Operation.REBUILD,
            before=_described(before),
            after=_described(after),
        )
        self._actions.keep(action, before.id, operated, now_ms)
        if operated.is_changed:
            self._outbox.owe_nudges(now_ms)
            self._deadlines.owe(OrderDeadline.AUDIT, now_ms)
        return operated

    def _change(self, wanted: Operation, order: Order, now_ms: int) -> None:
        match wanted:
            case Operation.PAUSE | Operation.RESUME:
                is_paused = wanted is Operation.PAUSE
                if order.pause.is_paused != is_paused:
                    self._repository.pause(value=is_paused)
                    self._repository.advance(order.totals)
            case Operation.REBUILD:
                self._repository.advance(self._repository.recounted(order.totals))
                self._outbox.owe_report(now_ms)
            case _:
                raise Refusal(Code.INVALID_BODY, f"an order cannot be asked to {wanted}")


def _described(order: Order) -> str:
    words = totals.described(order.totals)
    return f"{words}, paused" if order.pause.is_paused else words
