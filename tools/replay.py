"""Prints what an order or a room has told, from its audit: python -m tools.replay order summer-42.

    python -m tools.replay order summer-42 --from 120 --to 180
    python -m tools.replay room lobby --from 2026-11-25T12:00:00Z --pace 10

One CloudEvent per line, oldest first. With `--pace` they come as they came then, so many times as
fast. The operator's token is read from the environment variable OPERATOR_TOKEN.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

from tools.runtime.trouble import Trouble, told_plainly

Event = dict[str, Any]

TIMEOUT_S: Final = 60.0
KINDS: Final = {"order": "orders", "room": "rooms"}


def path_of(kind: str, source_id: str) -> str:
    return f"/ops/{KINDS[kind]}/{quote(source_id, safe='')}/events"


def pages(ask: Callable[[str], Any], path: str, span: dict[str, str]) -> Iterator[Event]:
    """All events of the span, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        page = ask(f"{path}?{urlencode({**span, 'cursor': cursor})}")
        yield from page["events"]
        cursor = page["next_cursor"]


def paced(
    events: Iterable[Event], pace: float, sleep: Callable[[float], object]
) -> Iterator[Event]:
    """With the pauses there were between them, so many times shorter. 0: without any."""
    before: datetime | None = None
    for event in events:
        at = datetime.fromisoformat(event["time"])
        if pace and before is not None and at > before:
            sleep((at - before).total_seconds() / pace)
        before = at
        yield event


def asker(http: httpx.Client) -> Callable[[str], Any]:
    def ask(path: str) -> Any:
        try:
            answer = http.get(path)
        except httpx.HTTPError as error:
            raise Trouble(f"{http.base_url} did not answer: {error}") from error
        if answer.status_code != httpx.codes.OK:
            raise Trouble(f"{path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    return ask


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("id")
    parser.add_argument("--from", dest="first", default="", help="an offset, or a time (RFC 3339)")
    parser.add_argument("--to", dest="last", default="", help="the same; both ends belong to it")
    parser.add_argument("--url", default="http://127.0.0.1:8787")
    parser.add_argument(
        "--pace", type=float, default=0, help="1: as they came; 10: ten times as fast"
    )
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    token = os.environ.get("OPERATOR_TOKEN")
    if not token:
        raise Trouble("OPERATOR_TOKEN is not set: an operator's token is needed")
    span = {name: text for name, text in (("from", asked.first), ("to", asked.last)) if text}
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(
        base_url=asked.url, headers=headers, timeout=TIMEOUT_S, trust_env=False
    ) as http:
        found = pages(asker(http), path_of(asked.kind, asked.id), span)
        for event in paced(found, asked.pace, time.sleep):
            print(json.dumps(event, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(told_plainly(main))
