"""The file a backup is kept in: a zip whose last bytes are the SHA-256 of all that stands before them.

The zip's own check sums leave headers and dates unguarded, and a cut-off file can still look like a zip: so nothing
of an archive is believed before the whole file has been read and compared. Inside, ``manifest.json`` names every
member with its size and SHA-256.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
_COMMENT = b"shopadmin backup sha256 "
_DIGEST_LENGTH = 64
_PIECE = 2**20
_STEERING = re.compile(r"[\x00-\x1f\\]")


class BadArchiveError(Exception):
    """The file is no backup, not a whole one, or not one that can be restored here; the text says which."""


@dataclass(slots=True)
class Manifest:
    """What an archive says of itself. ``rows`` by table, ``schema`` by owner, ``audit`` the head of the log's chain."""

    engine: str
    version: str
    made_at: str
    schema: dict[str, str]
    rows: dict[str, int]
    audit: dict[str, Any]
    with_keys: bool
    columns: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT


class Writer:
    """Writes members one after the other, then the manifest, then the sum over everything."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterator[bytes]) -> None:
        """One member."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self.files[name] = {"sha256": digest.hexdigest(), "size": size}

    def add_file(self, name: str, path: Path) -> None:
        """One member from a file."""
        with path.open("rb") as file:
            self.add(name, pieces_of(file))

    def close(self, manifest: Manifest) -> None:
        """Finish the archive and bring it to the disk."""
        manifest.files = self.files
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
        self._zip.comment = _COMMENT + b"0" * _DIGEST_LENGTH
        self._zip.close()
        with self._path.open("r+b") as file:
            digest = _sum_of_all_before(file)
            file.seek(-_DIGEST_LENGTH, os.SEEK_END)
            file.write(digest.encode())
            file.flush()
            os.fsync(file.fileno())


class Reader:
    """An archive that is whole, with a manifest that fits it. Raises BadArchiveError."""

    def __init__(self, path: Path) -> None:
        _check_sum(path)
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = _read_manifest(self._zip)
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
            raise BadArchiveError("the file is no backup of a shop") from error
        _check_names(self._zip, self.manifest)

    def names(self, folder: str) -> list[str]:
        """The members under ``folder/``."""
        return [name for name in self.manifest.files if name.startswith(f"{folder}/")]

    def size(self) -> int:
        """Bytes that everything takes once it is unpacked."""
        return sum(int(found["size"]) for found in self.manifest.files.values())

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member's bytes; a member that is not what the manifest says is an error at its end."""
        said = self.manifest.files[name]
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name) as member:
            for piece in pieces_of(member):
                digest.update(piece)
                size += len(piece)
                if size > said["size"]:
                    break
                yield piece
        if size != said["size"] or digest.hexdigest() != said["sha256"]:
            raise BadArchiveError(f"{name} is not what the manifest says")

    def extract(self, name: str, path: Path) -> None:
        """Write a member to a new file of the owner's alone, down to the disk."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in self.pieces(name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces of a mebibyte."""
    while piece := file.read(_PIECE):
        yield piece


def _sum_of_all_before(file: IO[bytes]) -> str:
    """SHA-256 of all but the sum itself."""
    left = file.seek(0, os.SEEK_END) - _DIGEST_LENGTH
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (piece := file.read(min(_PIECE, left))):
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest()


def _check_sum(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END) < len(_COMMENT) + _DIGEST_LENGTH:
                raise BadArchiveError("the file is no backup of a shop, or its end is missing")
            file.seek(-_DIGEST_LENGTH - len(_COMMENT), os.SEEK_END)
            if file.read(len(_COMMENT)) != _COMMENT:
                raise BadArchiveError("the file is no backup of a shop, or its end is missing")
            if file.read(_DIGEST_LENGTH).decode("ascii", "replace") != _sum_of_all_before(file):
                raise BadArchiveError("the backup is damaged: its check sum does not fit")
    except OSError as error:
        raise BadArchiveError(f"the file cannot be read: {error.strerror}") from error


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    found = json.loads(archive.read(MANIFEST))
    if found["format"] > FORMAT:
        raise BadArchiveError(f"the backup was made by a newer version, {found['version']}; install that one first")
    return Manifest(**found)


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Refuse members that the manifest does not know, that are there twice, or that point out of their folder."""
    names = sorted(archive.namelist())
    if names != sorted([*manifest.files, MANIFEST]):
        raise BadArchiveError("the backup holds other files than its manifest says")
    for name in manifest.files:
        parts = name.split("/")
        if len(parts) < 2 or any(part.strip(". ") == "" or _STEERING.search(part) for part in parts):
            raise BadArchiveError("the backup holds a file with a name that leads out of its folder")
