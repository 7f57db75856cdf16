"""Puts together a second Worker that shares src/ with the product: for the tests.

wrangler takes as a Worker's modules what lies beside its entry, does not follow links below that
folder, and takes vendored packages only from python_modules beside the configuration. So a Worker
whose entry is elsewhere is copied into one folder, together with what it imports.
"""

import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.runtime import paths

QUEUES: Final = "# --- Queues: "  # how the end of wrangler.toml begins


def compose_worker(
    entry: Path, into: Path, *, also: Sequence[Path] = (), config: str | None = None
) -> Path:
    """The path of the configuration to start.

    `entry` is the Worker's main module; beside it lie its wrangler.toml, unless its text is given
    as `config`, and modules of its own. `main` is "src/entry.py" there, or a module of `also`:
    further modules or packages to take along.
    """
    source = into / "src"
    shutil.rmtree(source, ignore_errors=True)
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(paths.ROOT / "src", source, ignore=leave_out)
    for module in (*entry.parent.glob("*.py"), *also):
        copy = shutil.copytree if module.is_dir() else shutil.copyfile
        copy(module, source / module.name)
    shutil.copyfile(entry, source / "entry.py")
    text = (entry.parent / "wrangler.toml").read_text() if config is None else config
    if assets := tomllib.loads(text).get("assets"):
        shutil.rmtree(into / assets["directory"], ignore_errors=True)
        shutil.copytree(paths.ROOT / assets["directory"], into / assets["directory"])
    modules = into / paths.PYTHON_MODULES.name
    if not modules.is_symlink():
        modules.symlink_to(paths.PYTHON_MODULES)
    written = into / "wrangler.toml"
    written.write_text(text)
    return written


def without_queues(config: str) -> str:
    """The product's configuration as docs/operations.md says to change it for such an account."""
    kept, mark, _ = config.partition(QUEUES)
    if not mark:
        raise ValueError("the configuration does not say where its queues begin")
    return kept
