"""What of wrangler's log `make dev` passes on."""

import pytest

from tools import dev


@pytest.mark.parametrize(
    "line",
    [
        "├─────────┤\n",
        "│ actors/client.py │ python │ 5.14 KiB │\n",
        "env.FILES (FileActor)        Durable Object            local\n",
        "env.IMAGES                   Images                    local\n",
        "[wrangler:info] GET /health 200 OK (5ms)\n",
        "\n",
    ],
)
def test_what_wrangler_repeats_is_left_out(line: str) -> None:
    assert not dev.worth_reading(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "job.claimed", "file_id": "f1"}\n',
        "[wrangler:info] GET /api/jobs 200 OK (5ms)\n",
        "[wrangler:info] GET /health 500 Internal Server Error (5ms)\n",
        "AttributeError: env.FILES is missing\n",
        "env.FILES is missing\n",
    ],
)
def test_what_the_worker_says_is_passed_on(line: str) -> None:
    assert dev.worth_reading(line)
