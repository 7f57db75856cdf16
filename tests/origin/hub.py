"""Who waits for an order's news: open sockets and long polls."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

News = asyncio.Queue[str]


class Hub:
    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[News]] = defaultdict(set)

    @contextmanager
    def watching(self, order_id: str) -> Iterator[News]:
        news = News()
        self._waiting[order_id].add(news)
        try:
            yield news
        finally:
            self._waiting[order_id].remove(news)
            if not self._waiting[order_id]:
                del self._waiting[order_id]

    def publish(self, order_id: str, event: str) -> None:
        for news in self._waiting.get(order_id, ()):
            news.put_nowait(event)
