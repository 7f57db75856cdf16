"""What people are told when something is wrong, and when it is well again."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from domain.values import Stored


class Severity(StrEnum):
    """As PagerDuty has them."""

    CRITICAL = "critical"
    WARNING = "warning"


class Alert(Stored):
    """One trouble has one key: it fires once, until it is resolved."""

    key: str  # letters, digits and underscores
    kind: Literal["firing", "resolved"]
    severity: Severity
    title: str
    details: dict[str, str] = Field(default_factory=dict)
    at_ms: int

    @property
    def id(self) -> str:
        """The same however often it is sent. Without a dot, as Standard Webhooks has it."""
        return f"alert_{self.key}_{self.at_ms}_{self.kind}"
