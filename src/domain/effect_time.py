"""How long it takes until every isolate knows: from a change of what counts to its effect."""

from domain.values import Stored


class EffectTime(Stored):
    knows: str = ""  # what an isolate knows that knows all
    changed_ms: int | None = None  # None: all know it
    took_ms: int | None = None  # of the last change that all know


def changed(time: EffectTime, knows: str, now_ms: int) -> EffectTime:
    """With a further change before all know, it is counted from the last one on."""
    if knows == time.knows:
        return time
    is_first = not time.knows
    return time.model_copy(update={"knows": knows, "changed_ms": None if is_first else now_ms})


def told(time: EffectTime, last_told_ms: int) -> EffectTime:
    """`last_told_ms`: of the isolate that was told last, when none is untold."""
    if time.changed_ms is None:
        return time
    took_ms = max(last_told_ms - time.changed_ms, 0)
    return time.model_copy(update={"changed_ms": None, "took_ms": took_ms})
