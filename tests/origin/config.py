"""What an origin is started with: paths and knobs from the command line, secrets from variables."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tools.runtime.trouble import Trouble

EDIT_MS = 300


@dataclass(frozen=True, slots=True)
class Config:
    port: int
    state: Path
    media_base: str  # the Worker's public address, whose bucket it shares
    edit_ms: int
    makes_previews: bool
    jwt_secret: str = field(repr=False)
    url_signing_secret: str = field(repr=False)
    internal_token: str = field(repr=False)  # empty: nobody may tell of files

    @classmethod
    def read(cls, arguments: Sequence[str], variables: Mapping[str, str] = os.environ) -> Self:
        options = _parser().parse_args(arguments)
        for needed in ("JWT_SECRET", "URL_SIGNING_SECRET"):
            if not variables.get(needed):
                raise Trouble(f"{needed} is not set.", "Give the origin the Worker's own secrets.")
        return cls(
            port=options.port,
            state=options.state,
            media_base=options.media_base.rstrip("/"),
            edit_ms=options.edit_ms,
            makes_previews=options.previews,
            jwt_secret=variables["JWT_SECRET"],
            url_signing_secret=variables["URL_SIGNING_SECRET"],
            internal_token=variables.get("ORIGIN_INTERNAL_TOKEN", ""),
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.origin",
        description="The legacy backend that the Worker migrates from. Variables: JWT_SECRET, "
        "URL_SIGNING_SECRET and, to take in files that were finalized natively, "
        "ORIGIN_INTERNAL_TOKEN.",
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="the folder of its database")
    parser.add_argument("--media-base", required=True, help="the Worker's public address")
    parser.add_argument("--edit-ms", type=int, default=EDIT_MS, help="how long an edit takes")
    parser.add_argument(
        "--previews", action="store_true", help="a done edit has the photo itself for a preview"
    )
    return parser
