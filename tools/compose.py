"""Puts together a second Worker that shares src/ with the product: for the contract tests.

wrangler takes as a Worker's modules what lies beside its entry, does not follow links below that
folder, and takes vendored packages only from python_modules beside the configuration. So a Worker
whose entry is elsewhere is copied into one folder, together with what it imports.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.runtime import paths


def compose_worker(entry: Path, into: Path, *, also: Sequence[Path] = ()) -> Path:
    """The path of the configuration to start.

    `entry` is the Worker's main module; beside it lie its wrangler.toml, whose `main` must be
    "src/entry.py", and modules of its own. `also` are further modules or packages to take along.
    """
    source = into / "src"
    shutil.rmtree(source, ignore_errors=True)
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(paths.ROOT / "src", source, ignore=leave_out)
    for module in (*entry.parent.glob("*.py"), *also):
        copy = shutil.copytree if module.is_dir() else shutil.copyfile
        copy(module, source / module.name)
    shutil.copyfile(entry, source / "entry.py")
    config = into / "wrangler.toml"
    shutil.copyfile(entry.parent / "wrangler.toml", config)
    modules = into / paths.PYTHON_MODULES.name
    if not modules.is_symlink():
        modules.symlink_to(paths.PYTHON_MODULES)
    return config
