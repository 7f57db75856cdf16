"""A running server's own folder: its variables, and what wrangler would leave in /tmp if killed."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tools.runtime import dev_vars
from tools.runtime.stamp import write_whole


class Scratch:
    """It exists only while the server runs, for the variables may be secrets."""

    def __init__(self, folder: Path, variables: Mapping[str, str] | None) -> None:
        self._folder = folder
        self._variables = variables
        self._variables_file = folder / "variables.env"

    def prepare(self) -> None:
        self.remove()
        (self._folder / "tmp").mkdir(parents=True)
        if self._variables is not None:
            text = dev_vars.written(self._variables)
            write_whole(self._variables_file, text.encode(), mode=0o600)

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def options(self) -> list[str]:
        """Named on the command line, this file is read in place of .dev.vars, not beside it."""
        return [] if self._variables is None else [f"--env-file={self._variables_file}"]

    def environment(self) -> dict[str, str]:
        """Two servers of the same name must not find each other's Workers: a registry for each."""
        return {
            "TMPDIR": str(self._folder / "tmp"),
            "WRANGLER_REGISTRY_PATH": str(self._folder / "registry"),
            "WRANGLER_LOG_PATH": str(self._folder / "logs"),
        }
