"""The zip of an evidence pack: the same bytes for the same content, and the way to look one over without a shop.

Nothing is compressed, times are fixed, names are sorted, so what is in an archive decides every byte of it. Looking
one over uses that: it checks each file against the manifest, then packs the files anew and compares.
"""

import hashlib
import json
import re
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

FORMAT = "shopadmin-evidence-v1"
COVER, MANIFEST, SUM = "index.html", "manifest.json", "manifest.sha256"
ORIGINALS, COPIES = "original", "redacted"
MAX_FILES = 2000
MAX_BYTES = 200 * 2**20
_MAX_ARCHIVE = MAX_BYTES + 4 * 2**20
_MAX_DIRECTORY = 2**20
_MAX_MANIFEST = 4 * 2**20
_NAME = re.compile(rf"{COVER}|{re.escape(MANIFEST)}|{re.escape(SUM)}|(?:{ORIGINALS}|{COPIES})/[A-Za-z0-9._-]{{1,120}}")
# DOS time begins then; any fixed moment would do.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3
_END = struct.Struct("<4s4H2LH")
_BLOCK = 2**16
# What the library raises over an archive whose heads were changed.
_DAMAGE = (zipfile.BadZipFile, EOFError, RuntimeError, ValueError, OverflowError, OSError, struct.error)
# What stands between the files of an archive, and behind the last.
DIRECTORY = "the archive's own directory"


class NotAPackError(ValueError):
    """The file is no evidence pack, or one that must not be opened."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a pack: names in the order in which they lie in it."""

    files: int
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every byte is what was packed."""
        return not (self.changed or self.missing or self.extra)


Content = Callable[[], bytes]


def manifest_members(manifest: Mapping[str, Any]) -> dict[str, Content]:
    """The manifest and its sum, as ``sha256sum -c`` reads it, by their names."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    return {MANIFEST: lambda: text, SUM: lambda: _sum_line(text)}


def write(file: IO[bytes], members: Mapping[str, Content]) -> None:
    """Write the archive; each content is asked for once, when it is written."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _MOMENT)
            info.create_system, info.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(info, members[name]())


def verify(file: IO[bytes]) -> Report:
    """Look a pack over. Raises NotAPackError for what is none, or would unpack to more than it is."""
    _check_end(file)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            _check_members(infos)
            report = _compared(archive, infos)
            return _packed_anew(file, archive, infos) if report.is_whole else report
    except NotAPackError:
        raise
    except _DAMAGE as error:
        raise NotAPackError(f"the archive is damaged: {error}") from error


def _check_end(file: IO[bytes]) -> None:
    """Before the directory is read: how much there is of it. Ours has no comment, and never needs zip64."""
    size = file.seek(0, 2)
    if size > _MAX_ARCHIVE:
        raise NotAPackError("the file is larger than any evidence pack")
    file.seek(max(size - _END.size - 20, 0))
    tail = file.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\x05\x06":
        raise NotAPackError("this is no evidence pack: no archive, or one with something behind its end")
    _mark, disk, disk_of, here, count, length, start, comment = _END.unpack(tail[-_END.size :])
    if disk or disk_of or comment or here != count or tail[:4] == b"PK\x06\x07":
        raise NotAPackError("this is no evidence pack: its end is not of our making")
    if count > MAX_FILES or length > _MAX_DIRECTORY or start + length + _END.size != size:
        raise NotAPackError("this is no evidence pack: its directory does not fit the file")


def _check_members(infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise NotAPackError("a name stands twice in the archive")
    for info in infos:
        # As it stands in the file: the library cuts a name at a NUL, and turns backslashes round on Windows.
        if info.orig_filename != info.filename or not _NAME.fullmatch(info.filename):
            raise NotAPackError(f"a file has a name that no evidence pack has: {info.orig_filename[:120]!a}")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size or info.flag_bits:
            raise NotAPackError(f"{info.filename} is compressed or encrypted, which no evidence pack is")
    if sum(info.file_size for info in infos) > MAX_BYTES:
        raise NotAPackError("the files are larger than any evidence pack")


def _compared(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Report:
    names = [info.filename for info in infos]
    sums = {info.filename: _sum(archive, info) for info in infos}
    damaged = [name for name in names if sums[name] is None]
    described = {} if MANIFEST in damaged else _described(archive, sums)
    if described is None:
        return Report(len(names), changed=tuple(name for name in names if name in (*damaged, MANIFEST)))
    wrong = {name for name, found in described.items() if name in sums and sums[name] != found}
    changed = tuple(name for name in names if name in wrong or name in damaged)
    missing = tuple(name for name in (*described, MANIFEST, SUM) if name not in sums)
    known = {*described, MANIFEST, SUM} if described else set(names)
    return Report(len(names), changed, missing, tuple(name for name in names if name not in known))


def _described(archive: zipfile.ZipFile, sums: Mapping[str, tuple[str, int] | None]) -> dict[str, Any] | None:
    """What the manifest says of each file: sum and size. None when it is not what was packed."""
    if MANIFEST not in sums:
        return {}
    if archive.getinfo(MANIFEST).file_size > _MAX_MANIFEST:
        raise NotAPackError("the manifest is larger than any")
    text = archive.read(MANIFEST)
    if SUM in sums and sums[SUM] is not None and archive.read(SUM) != _sum_line(text):
        return None
    try:
        manifest = json.loads(text)
        if manifest["format"] != FORMAT:
            raise NotAPackError("the pack is of another kind or a later version")
        return {found["path"]: (found["sha256"], found["size"]) for found in manifest["files"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _sum_line(text: bytes) -> bytes:
    return f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode()


def _sum(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[str, int] | None:
    """SHA-256 and size of a file in the archive; None when its own checksum does not fit, or its name is another."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(info) as member:
            while block := member.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except _DAMAGE:
        return None
    return digest.hexdigest(), size


def _packed_anew(file: IO[bytes], archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Report:
    """Whether packing the files again gives the same bytes: nothing else looks at heads, order and directory."""
    with tempfile.TemporaryFile() as anew:
        write(anew, {info.filename: (lambda info=info: archive.read(info)) for info in infos})  # type: ignore[misc]
        place = _first_difference(file, anew)
    if place is None:
        return Report(len(infos))
    holders = [info for info in infos if info.header_offset <= place < archive.start_dir]
    holder = max(holders, key=lambda info: info.header_offset).filename if holders else DIRECTORY
    return Report(len(infos), changed=(holder,))


def _first_difference(one: IO[bytes], other: IO[bytes]) -> int | None:
    place = 0
    for left, right in _blocks(one, other):
        if left != right:
            return place + next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
        place += len(left)
    return None


def _blocks(one: IO[bytes], other: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    one.seek(0)
    other.seek(0)
    while True:
        left, right = one.read(_BLOCK), other.read(_BLOCK)
        if not left and not right:
            return
        yield left, right
