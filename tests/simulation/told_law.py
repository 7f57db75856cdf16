"""What holds of inboxes, of the operators' books and of the bucket, after every stretch."""

import json
from collections import Counter
from typing import Final

from tests.simulation.cell import Cell
from tests.simulation.ledger import Ledger, is_told, outcome_of
from tests.simulation.stage import Stage

NOTIFICATIONS: Final = "SELECT notification_id, document FROM notifications"
AUDIT: Final = "SELECT action_id, target FROM audit"


class InboxLaw:
    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self._stage = stage
        self._ledger = ledger

    def kept(self, cell: Cell) -> None:
        """One notification for one end of a job, and that is how it ended."""
        told = [json.loads(str(document)) for _, document in cell.sql.peek(NOTIFICATIONS)]
        times = Counter(notification["job_id"] for notification in told)
        twice = [job_id for job_id, count in times.items() if count > 1]
        if twice:
            self._stage.blame("nobody is notified twice", twice)
        for notification in told:
            job = self._ledger.book(notification["file_id"]).ended.get(notification["job_id"])
            if job is None:
                self._stage.blame("a notification is of a job that has ended", notification)
            elif notification["kind"] != outcome_of(job) or not is_told(job):
                self._stage.blame("a notification says how its job ended", notification, job)


class OperationsLaw:
    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self._stage = stage
        self._ledger = ledger

    def kept(self, cell: Cell) -> None:
        """One record for each action that has changed something, and none for any other."""
        for text, answer in cell.heard:
            message, told = json.loads(text), json.loads(answer)
            if message["type"] == "unpark" and told["ok"] and told["reply"]["is_changed"]:
                action_id = message["action"]["action_id"]
                self._ledger.changed_by.setdefault(action_id, message["message_id"])
        records = Counter(str(action_id) for action_id, _ in cell.sql.peek(AUDIT))
        for action_id, count in records.items():
            if count > 1 or action_id not in self._ledger.changed_by:
                self._stage.blame("an action leaves one record", action_id, count)


class BucketLaw:
    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self._stage = stage
        self._ledger = ledger

    def removed(self, key: str) -> None:
        file_id = self._ledger.referred.get(key)
        if file_id is not None and key not in self._ledger.ruined:
            self._stage.blame("no object is lost that a file refers to", file_id, key)
