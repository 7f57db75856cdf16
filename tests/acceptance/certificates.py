"""Certificates of one's own making, by whom one says is to be trusted, or by nobody."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NEW_KEY: Final = ("-newkey", "rsa:2048", "-nodes")


@dataclass(frozen=True, slots=True)
class Authority:
    """One that is trusted by whoever has its certificate."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "authority.pem"

    def certified(self, name: str) -> Path:
        """A key and the certificate of that name, in one file, by this authority."""
        made = self.folder / f"{name}.pem"
        key, asked, signed = (self.folder / f"{name}.{part}" for part in ("key", "csr", "crt"))
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName=DNS:{name}\n")
        _openssl(*("req", "-new", *NEW_KEY, "-subj", f"/CN={name}"), *_files(key, asked))
        _openssl(
            *("x509", "-req", "-days", "2", "-in", str(asked), "-extfile", str(extension)),
            *("-CA", str(self.certificate), "-CAkey", str(self.folder / "authority.key")),
            *("-CAcreateserial", "-out", str(signed)),
        )
        made.write_text(key.read_text() + signed.read_text())
        return made


def an_authority(folder: Path, name: str = "authority") -> Authority:
    folder.mkdir(exist_ok=True)
    authority = Authority(folder)
    files = _files(folder / "authority.key", authority.certificate)
    _openssl("req", "-x509", "-days", "2", *NEW_KEY, "-subj", f"/CN={name}", *files)
    return authority


def _files(key: Path, made: Path) -> tuple[str, ...]:
    return "-keyout", str(key), "-out", str(made)


def _openssl(*args: str) -> None:
    subprocess.run(["openssl", *args], check=True, capture_output=True)  # noqa: S603, S607 -- our own
