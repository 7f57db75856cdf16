"""Real photographs for the demo and the tests, made once into `.cache/photos/`.

They come out of one wheel on PyPI, scikit-image 0.26.0, which carries them as plain files. All are
free: astronaut.png (NASA, public domain), rocket.jpg (SpaceX, CC0), coffee.png (Rachel Michetti,
CC0), chelsea.png (Stefan van der Walt, CC0), hubble_deep_field.jpg (NASA/ESA, public domain).
"""

import hashlib
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from PIL import ExifTags, Image, ImageChops, ImageOps

from tools.runtime import command
from tools.runtime.paths import CACHE, ROOT
from tools.runtime.trouble import Trouble

PHOTOS: Final = CACHE / "photos"
REQUIREMENT: Final = ROOT / "requirements" / "photos.txt"

# Grows with every change to what is made below, so that an old set is not taken for the new one.
RECIPE: Final = 1

DIGESTS: Final = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    "hubble_deep_field.jpg": "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
    "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
}

LARGE_SIZE: Final = (6000, 4000)

# EXIF orientation 6: the camera was held upright, so the stored picture lies on its side.
ORIENTATION_ROTATED: Final = 6

# Of 255. Re-encoding and scaling move a picture by less than 4; a quarter turn by 30 and more.
LIKENESS_DIFFERENCE_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Photo:
    path: Path
    content_type: str

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class PhotoSet:
    folder: Path

    @property
    def portrait(self) -> Photo:
        """Stored on its side with EXIF orientation 6, as a camera does."""
        return Photo(self.folder / "portrait.jpg", "image/jpeg")

    @property
    def rocket(self) -> Photo:
        return Photo(self.folder / "rocket.jpg", "image/jpeg")

    @property
    def coffee(self) -> Photo:
        return Photo(self.folder / "coffee.png", "image/png")

    @property
    def cat(self) -> Photo:
        return Photo(self.folder / "cat.webp", "image/webp")

    @property
    def galaxies(self) -> Photo:
        """The large one: 24 megapixels."""
        return Photo(self.folder / "galaxies.jpg", "image/jpeg")

    @property
    def corrupt(self) -> Photo:
        """Begins as a JPEG does and goes on as none may."""
        return Photo(self.folder / "corrupt.jpg", "image/jpeg")

    @property
    def good(self) -> tuple[Photo, ...]:
        return (self.portrait, self.rocket, self.coffee, self.cat, self.galaxies)


def is_ready() -> bool:
    return _folder().is_dir()


def photos() -> PhotoSet:
    """The set, made on the first call: a download of 13.6 MB and a few seconds of work."""
    folder = _folder()
    if not folder.is_dir():
        PHOTOS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=PHOTOS, prefix="making-") as making:
            sources, made = Path(making, "sources"), Path(making, "set")
            _unpack(_download(Path(making)), sources)
            _make(sources, made)
            _publish(made, folder)
    return PhotoSet(folder)


def looks_like(picture: Image.Image, original: Photo) -> bool:
    """Whether the picture shows the original upright: tells a turned or wrong one apart."""
    with Image.open(original.path) as stored:
        stored.draft("RGB", (256, 256))
        upright = ImageOps.exif_transpose(stored)
        expected = upright.convert("RGB").resize((32, 32), Image.Resampling.BOX)
    shown = picture.convert("RGB").resize((32, 32), Image.Resampling.BOX)
    # A night sky is dark all over: stretched to full contrast, its stars tell which way is up.
    stretched = (ImageOps.autocontrast(shown), ImageOps.autocontrast(expected))
    difference = ImageChops.difference(*stretched).convert("L").tobytes()
    return sum(difference) / len(difference) <= LIKENESS_DIFFERENCE_MAX


def _folder() -> Path:
    return PHOTOS / f"set-{RECIPE}"


def _download(into: Path) -> Path:
    # The platform is named because the file is only unzipped: every host gets the same one.
    command.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:"),
            *("--python-version", "3.12", "--implementation", "cp", "--abi", "cp312"),
            *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_24_x86_64"),
            *("--dest", into, "--requirement", REQUIREMENT),
        ],
        doing="Downloading the photographs",
    )
    return next(into.glob("*.whl"))


def _unpack(wheel: Path, into: Path) -> None:
    into.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name, digest in DIGESTS.items():
            content = archive.read(f"skimage/data/{name}")
            if hashlib.sha256(content).hexdigest() != digest:
                raise Trouble(f"{name} in {wheel.name} is not the photograph we know.")
            (into / name).write_bytes(content)


def _make(sources: Path, made: Path) -> None:
    made.mkdir()
    wanted = PhotoSet(made)
    shutil.copyfile(sources / "rocket.jpg", wanted.rocket.path)
    shutil.copyfile(sources / "coffee.png", wanted.coffee.path)
    _make_portrait(sources / "astronaut.png", wanted.portrait.path)
    _make_cat(sources / "chelsea.png", wanted.cat.path)
    _make_galaxies(sources / "hubble_deep_field.jpg", wanted.galaxies.path)
    wanted.corrupt.path.write_bytes(wanted.rocket.path.read_bytes()[:200] + _noise(40_000))


def _make_portrait(source: Path, target: Path) -> None:
    with Image.open(source) as photograph:
        upright = ImageOps.fit(photograph.convert("RGB"), (1800, 2400), Image.Resampling.LANCZOS)
    stored = _with_grain(upright, amplitude=6).transpose(Image.Transpose.ROTATE_90)
    stored.save(target, "JPEG", quality=90, exif=_camera_exif())


def _make_cat(source: Path, target: Path) -> None:
    with Image.open(source) as photograph:
        larger = ImageOps.scale(photograph.convert("RGB"), 4, Image.Resampling.LANCZOS)
    _with_grain(larger, amplitude=6).save(target, "WEBP", quality=85)


def _make_galaxies(source: Path, target: Path) -> None:
    with Image.open(source) as photograph:
        large = ImageOps.fit(photograph.convert("RGB"), LARGE_SIZE, Image.Resampling.LANCZOS)
    _with_grain(large, amplitude=30).save(target, "JPEG", quality=90)


def _with_grain(picture: Image.Image, *, amplitude: int) -> Image.Image:
    """Film grain: an enlarged photograph is smooth, and would compress as no real one does."""
    width, height = picture.size
    noise = Image.frombytes("L", picture.size, _noise(width * height))
    grain = noise.point([128 + (level - 128) * amplitude // 255 for level in range(256)])
    return ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain)), offset=-128)


def _noise(count: int) -> bytes:
    return Random(RECIPE).randbytes(count)  # noqa: S311 - the same on every machine


def _camera_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = ORIENTATION_ROTATED
    exif[ExifTags.Base.Make] = "Darkroom"
    exif[ExifTags.Base.Model] = "Demo camera"
    exif[ExifTags.Base.DateTime] = "2026:06:21 10:30:00"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.ExposureTime] = (1, 250)
    details[ExifTags.Base.FNumber] = (28, 10)
    details[ExifTags.Base.ISOSpeedRatings] = 200
    details[ExifTags.Base.FocalLength] = (85, 1)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (28.0, 34.0, 24.0)
    place[ExifTags.GPS.GPSLongitudeRef] = "W"
    place[ExifTags.GPS.GPSLongitude] = (80.0, 39.0, 3.0)
    return exif


def _publish(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        # Another process was quicker; its set is the same.
        if not folder.is_dir():
            raise
