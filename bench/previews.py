"""Time and memory of a preview: our path through Pillow, Pillow as one would write it, and Images.

    PYTHONPATH=src .venv/bin/python -m bench.previews

Each figure of Pillow is of a process of its own, which tells its own time and peak memory; rounds
of all variants follow each other, so that a busy machine is as unkind to one as to the other. What
counts are the ratios. Images is the local stand-in of Cloudflare's binding, on the real workerd.
"""
# ruff: noqa: S603, T201 - it speaks by printing, and the program it runs is itself

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.runtime.paths import CACHE, ROOT

ROUNDS: Final = 3
FOLDER: Final = CACHE / "bench"
SMALL: Final = FOLDER / "small" / "grey.jpg"
SIZES: Final = {"24 MP": (6000, 4000), "45 MP": (8192, 5464)}
KINDS: Final = {"baseline": False, "progressive": True}
EDGE_PX: Final = 1280
VARIANTS: Final = ("plain", "ours", "unbounded")

Figures = dict[str, float]


def main() -> None:
    match sys.argv[1:]:
        case ["make"]:
            _make()
        case ["one", variant, path]:
            print(json.dumps(_measured(variant, Path(path))))
        case []:
            _run()
        case _:
            sys.exit(__doc__)


def _run() -> None:
    # In a process of its own too: this one stays small, for a child inherits its parent's peak.
    _child("make")
    paths = sorted(FOLDER.glob("*.jpg"))
    found = {path: _rounds(path) for path in paths}
    images = _images(paths)
    print("Milliseconds; peak MB of the process (what of it the preview added); then the ratios.\n")
    print("| photo | plain Pillow | ours | ours/plain | Images, Images/plain |")
    print("|---|---|---|---|---|")
    for path in paths:
        plain, ours, unbounded = (found[path][variant] for variant in VARIANTS)
        shown = ours if ours["is_made"] else unbounded
        ratio = ", ".join(f"{shown[one] / plain[one]:.2f}" for one in ("ms", "mb", "more_mb"))
        note = "" if ours["is_made"] else " (left to Images; had it been decoded)"
        by_images = f"{images[path]:.0f} ms, {images[path] / plain['ms']:.2f}"
        print(f"| {path.stem} | {_told(plain)} | {_told(shown)}{note} | {ratio} | {by_images} |")


def _told(figures: Figures) -> str:
    return f"{figures['ms']:.0f} ms, {figures['mb']:.0f} MB (+{figures['more_mb']:.0f})"


def _rounds(path: Path) -> dict[str, Figures]:
    """The middle time and the largest memory of each variant."""
    seen: dict[str, list[Figures]] = {variant: [] for variant in VARIANTS}
    for _ in range(ROUNDS):
        for variant in VARIANTS:
            seen[variant].append(json.loads(_child("one", variant, str(path))))
    return {
        variant: {
            "ms": statistics.median(one["ms"] for one in figures),
            "mb": max(one["mb"] for one in figures),
            "more_mb": max(one["more_mb"] for one in figures),
            "is_made": figures[0]["is_made"],
        }
        for variant, figures in seen.items()
    }


def _child(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench.previews", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


# --- In a child ---------------------------------------------------------------------------------


def _measured(variant: str, path: Path) -> Figures:
    from storage import pillow_bounds  # noqa: PLC0415 - a variant loads what it is made of

    if variant == "unbounded":
        vars(pillow_bounds)["PILLOW_COEFFICIENT_BYTES_MAX"] = sys.maxsize
    make: Callable[[bytes], object] = _plain if variant == "plain" else _ours
    make(SMALL.read_bytes())  # so that what is loaded once is loaded
    data = path.read_bytes()
    before_mb = _peak_mb()
    begun = time.perf_counter()
    made = make(data)
    spent_ms = (time.perf_counter() - begun) * 1000
    peak_mb = _peak_mb()
    more_mb = peak_mb - before_mb
    return {"ms": spent_ms, "mb": peak_mb, "more_mb": more_mb, "is_made": float(made is not None)}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _ours(data: bytes) -> object:
    from storage.picture import PictureFormat  # noqa: PLC0415 - as above
    from storage.pillow_previews import scaled  # noqa: PLC0415 - as above

    return scaled(data, PictureFormat.JPEG)


def _plain(data: bytes) -> object:
    """Decoded whole and then made smaller: no `draft`."""
    import io  # noqa: PLC0415 - as above

    from PIL import Image, ImageOps  # noqa: PLC0415 - as above

    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        ImageOps.exif_transpose(image, in_place=True)
        factor = EDGE_PX / max(image.size)
        size = round(image.width * factor), round(image.height * factor)
        image.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
    return out.getvalue()


def _make() -> None:
    from PIL import Image  # noqa: PLC0415 - the parent stays small

    from tools.photos import photos  # noqa: PLC0415 - as above

    SMALL.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (60, 40)).save(SMALL)
    with Image.open(photos().galaxies.path) as photo:
        for name, size in SIZES.items():
            larger = photo if photo.size == size else photo.resize(size, Image.Resampling.BICUBIC)
            for kind, is_progressive in KINDS.items():
                target = FOLDER / f"{name} {kind}.jpg"
                if not target.is_file():
                    larger.save(target, "JPEG", quality=90, progressive=is_progressive)


# --- On workerd ---------------------------------------------------------------------------------


def _images(paths: list[Path]) -> dict[Path, float]:
    import httpx  # noqa: PLC0415 - the children need none of it

    from tools.compose import compose_worker  # noqa: PLC0415 - as above
    from tools.server import Server  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory() as folder:
        worker = ROOT / "bench" / "images_worker" / "entry.py"
        config = compose_worker(worker, Path(folder, "worker"))
        state, log = Path(folder, "state"), Path(folder, "server.log")
        with (
            Server(config=config, persist_to=state, variables={}, log_path=log) as server,
            httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http,
        ):
            for number, path in enumerate(paths):
                http.put(f"/{number}", content=path.read_bytes()).raise_for_status()
            found: dict[Path, float] = {}
            for number, path in enumerate(paths):
                answers = [http.post(f"/{number}").raise_for_status() for _ in range(ROUNDS)]
                found[path] = statistics.median(answer.json()["ms"] for answer in answers)
            return found


if __name__ == "__main__":
    main()
