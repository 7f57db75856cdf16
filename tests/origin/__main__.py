"""The legacy backend, a process of its own: `python -m tests.origin --help`."""

import sys

import uvicorn

from tests.origin.app import origin
from tests.origin.config import Config
from tests.origin.connections import Connection
from tools.runtime.trouble import told_plainly

HEADER_BYTES_MAX = 256 * 1024  # what is too much is for the edge to say


def main() -> int:
    config = Config.read(sys.argv[1:])
    uvicorn.run(
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
    return 0


if __name__ == "__main__":
    sys.exit(told_plainly(main))
