"""The Python inside workerd: three files of the npm package pyodide in one Cap'n Proto message.

workerd carries no Python. At start it reads such a bundle from a folder, and would download it if
it were not there; we compose it, since the place it is downloaded from is not a package registry.
"""

from pathlib import Path
from typing import Final

from tools.runtime import checksums, node, paths, pyodide_patches
from tools.runtime.stamp import Step, write_whole

_SCHEMA: Final = Path(__file__).parent / "bundle.capnp"
_PREFIX: Final = "pyodideRuntime-internal:"
_LOADER: Final = "pyodide.asm.mjs"
_WASM: Final = "pyodide.asm.wasm"
_STDLIB: Final = "python_stdlib.zip"
PARTS: Final = (_LOADER, _WASM, _STDLIB)


def step() -> Step:
    return Step(
        name="bundle",
        title="Python for workerd",
        made_from=(
            *(_SCHEMA, Path(pyodide_patches.__file__), Path(__file__), paths.RUNTIME_SUMS),
            node.locked_version("pyodide"),
        ),
        makes=paths.BUNDLE,
        make=make,
    )


def make() -> str:
    sums = checksums.read(paths.RUNTIME_SUMS)
    for part in PARTS:
        checksums.check(part, (paths.PYODIDE / part).read_bytes(), sums)
    bundle = compose(paths.PYODIDE)
    checksums.check(paths.BUNDLE.name, bundle, sums)
    write_whole(paths.BUNDLE, bundle)
    return f"{len(bundle) / 1e6:.1f} MB, checksums as locked"


def compose(pyodide: Path) -> bytes:
    import capnp  # noqa: PLC0415 - only in the virtual environment, which this package also makes

    loader = pyodide_patches.patched((pyodide / _LOADER).read_text())
    contents = (
        ("pyodide.asm", "src", loader.encode()),
        (_WASM, "wasm", (pyodide / _WASM).read_bytes()),
        (_STDLIB, "data", (pyodide / _STDLIB).read_bytes()),
    )
    bundle = capnp.load(str(_SCHEMA)).Bundle.new_message()
    modules = bundle.init("modules", len(contents))
    for module, (name, field, content) in zip(modules, contents, strict=True):
        module.name = _PREFIX + name
        module.type = "internal"
        setattr(module, field, content)
    return bytes(bundle.to_bytes())
