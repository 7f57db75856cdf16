"""The product with either carrier of jobs: what a worker makes of a job must not depend on it."""

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom


@pytest.fixture(params=["queue", "cron"])
def darkroom(clock: Clock, request: pytest.FixtureRequest) -> Darkroom:  # noqa: ARG001 -- time stands still
    return Darkroom(job_transport=request.param, retry_backoff_ms=1_000)
