"""What holds of every alarm: it never rings later than something is due."""

from typing import Final

from tests.simulation.cell import Cell
from tests.simulation.stage import Stage
from tests.simulation.weather import Trip

# But for sessions, whose alarm is set a little later: a crash until then ends their sockets, too.
EARLIEST: Final = "SELECT MIN(due_ms), kind FROM deadlines WHERE kind <> 'sessions'"
HOSTED: Final = frozenset({Trip.FILE, Trip.ORDER, Trip.OPERATIONS})
ROUND_MS: Final = 15_000  # what falls due while effects are tried is met in the same round


class AlarmLaw:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def kept(self, cell: Cell) -> None:
        """Whatever is due, an alarm is set for, in the same stretch; or it is ringing just now."""
        if cell.trip not in HOSTED or cell.ringing:
            return
        found = cell.sql.peek(EARLIEST)
        due_ms = found[0][0] if found else None
        if due_ms is None:
            return
        now_ms = max(cell.now_ms, cell.alarm_set_ms)
        latest_ms = max(int(str(due_ms)), now_ms + ROUND_MS, cell.patient_until_ms)
        if cell.alarm_ms is None or cell.alarm_ms > latest_ms:
            self._stage.blame(
                "an alarm rings for whatever is due", cell.name, found[0], cell.alarm_ms
            )
