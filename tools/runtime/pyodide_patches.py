"""What must change in Pyodide's loader before workerd can run it.

A Worker may not compile code while it runs, except through the runtime. workerd offers that, its
clock, its random numbers and its way to load libraries as functions of a built-in module, and each
edit below puts one of them in place of what a browser would offer. Every edit says how often it
must apply, so that another version of Pyodide fails here, at set-up, and not in a request.
"""

from dataclasses import dataclass
from typing import Final

from tools.runtime.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Edit:
    """`count` is how often `old` occurs in pyodide.asm.mjs of 314.0.6."""

    old: str
    new: str
    count: int


_REFUSED: Final = '(()=>{throw new Error("a Worker may not evaluate generated code")})()'

EDITS: Final = (
    Edit("new WebAssembly.Module", "newWasmModule", 4),
    # The third is instantiateStreaming, in a branch for browsers that is not taken.
    Edit("WebAssembly.instantiate", "wasmInstantiate", 3),
    Edit("Date.now", "monotonicDateNow", 22),
    Edit("crypto.getRandomValues(", "getRandomValues(Module, ", 1),
    Edit("eval(func)", _REFUSED, 2),
    Edit("eval(UTF8ToString(ptr))", _REFUSED, 3),
    Edit("eval(data)", _REFUSED, 1),
    # Returns before the loader's own body, which would look for files.
    Edit(
        "function loadLibData(){",
        "function loadLibData(){"
        "const vendored=patchedLoadLibData(Module,libName,flags.rpath);"
        "return flags.loadAsync?Promise.resolve(vendored):vendored;",
        1,
    ),
    Edit("getMemory(", "Module.getMemoryPatched(Module, libName, ", 1),
    Edit(
        "export default _createPyodideModule;",
        "export {_createPyodideModule};export default _createPyodideModule;",
        1,
    ),
)

IMPORTS: Final = (
    "import {addEventListener, getRandomValues, location, monotonicDateNow, newWasmModule, "
    "patchedApplyFunc, patchedLoadLibData, wasmInstantiate, patched_PyEM_CountFuncParams} "
    'from "pyodide-internal:builtin_wrappers";\n'
)


def patched(loader: str) -> str:
    for edit in EDITS:
        loader = applied(edit, loader)
    return IMPORTS + loader


def applied(edit: Edit, source: str) -> str:
    found = source.count(edit.old)
    if found != edit.count:
        what = f"Pyodide's loader has {edit.old!r} {found} times; {edit.count} were expected."
        advice = (
            "This is another Pyodide than the one tools/runtime/pyodide_patches.py was written "
            "for. Go back to the locked version, or look at each place and correct the edits."
        )
        raise Trouble(what, advice)
    return source.replace(edit.old, edit.new)
