"""The packages the Worker vendors, as WebAssembly wheels, in python_modules/.

Pillow is not among them: PyPI has no such wheel of it. `pywrangler sync` takes it from Pyodide's
own index, so it is there on Cloudflare; here the Images binding makes the previews.
"""

from typing import Final

from tools.runtime import command
from tools.runtime.paths import PYTHON_MODULES, WORKER_LOCK, venv_python
from tools.runtime.stamp import Step, fresh_folder, put_in_place
from tools.runtime.trouble import Trouble

# The Python inside workerd: CPython 3.14 for Emscripten, by the ABI name PyPI's wheels carry.
TARGET: Final = (
    "--only-binary=:all:",
    "--python-version=3.14",
    "--implementation=cp",
    "--abi=cp314",
    "--platform=pyemscripten_2026_0_wasm32",
)
_NEEDED: Final = ("pydantic", "pydantic_core", "jwt", "workers")
_MARK: Final = "pyvenv.cfg"


def step() -> Step:
    return Step(
        name="python_modules",
        title="the Worker's Python packages",
        made_from=(WORKER_LOCK, *TARGET),
        # pywrangler's sync leaves such a file too; what it installed is as good.
        makes=PYTHON_MODULES / _MARK,
        make=make,
    )


def make() -> str:
    unfinished = fresh_folder(PYTHON_MODULES)
    install = [
        venv_python(),
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--require-hashes", "--no-deps", "--no-compile", *TARGET),
        *("--target", unfinished, "-r", WORKER_LOCK),
    ]
    command.run(install, doing="Installing the Worker's packages")
    for name in _NEEDED:
        if not (unfinished / name).is_dir():
            what = f"The Worker's packages are installed, but {name} is not among them."
            raise Trouble(what, f"See {WORKER_LOCK.name}; `make lock` writes it.")
    # wrangler takes the folder for vendored packages, as pywrangler leaves it, by this empty file.
    (unfinished / _MARK).touch()
    put_in_place(unfinished, PYTHON_MODULES)
    return f"{sum(1 for _ in PYTHON_MODULES.glob('*.dist-info'))} packages"
