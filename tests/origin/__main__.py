"""The legacy backend, a process of its own: `python -m tests.origin --help`."""

import asyncio
import logging
import sys

import uvicorn

from tests.origin.app import origin
from tests.origin.config import Config
from tests.origin.connections import Connection
from tools.runtime.trouble import told_plainly

HEADER_BYTES_MAX = 256 * 1024  # what is too much is for the edge to say
# uvicorn says the one of every upgrade that is refused, the other of a stop while it is busy.
NO_FAULTS = ("without completing handshake", "graceful shutdown exceeded")


def main() -> int:
    config = Config.read(sys.argv[1:])
    server = uvicorn.Server(
        uvicorn.Config(
            origin(config),
            host="127.0.0.1",
            port=config.port,
            loop="asyncio",
            http=Connection,
            ws="websockets-sansio",
            lifespan="on",
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # a client's address is that of its connection, whatever it says
            server_header=False,
            timeout_keep_alive=75,  # longer than clients keep connections that they do not use
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=HEADER_BYTES_MAX,
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_is_fault)
    server.run()
    return 0 if server.started else 1


def _is_fault(record: logging.LogRecord) -> bool:
    if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
        return False
    return not any(words in record.getMessage() for words in NO_FAULTS)


if __name__ == "__main__":
    sys.exit(told_plainly(main))
