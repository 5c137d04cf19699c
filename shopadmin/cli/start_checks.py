"""What keeps a shop from starting: each check returns one clear line with its remedy, or nothing."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url

NETWORK_FILE_SYSTEMS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.rclone")
)
MOUNTS = Path("/proc/mounts")


def file_problems(config: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the files, looked at before any of them is opened or made."""
    folder: Path = config["DATA_FOLDER"]
    url = make_url(str(config["DATABASE_URL"]))
    if url.get_backend_name() == "sqlite" and url.database:
        database = Path(url.database)
        kind = file_system(database.parent)
        if kind in NETWORK_FILE_SYSTEMS:
            yield (
                f"{database.parent} is on a network file system ({kind}), where SQLite cannot lock its files; "
                "move SHOPADMIN_DATA to a local disk or set DATABASE_URL to a PostgreSQL database"
            )
        yield from _open_to_others(database, 0o007)
    for name in ("signing.key", "data-keys.json"):
        yield from _open_to_others(folder / "keys" / name, 0o077)


def app_problems(app: Flask) -> Iterator[str]:
    """What is wrong with how the app is configured."""
    if app.debug:
        yield "the debugger is on (FLASK_DEBUG): it runs code for whoever asks; switch it off"
    if len(set(app.config["SECRET_KEY"])) < 10:
        yield "SECRET_KEY is no secret; leave it unset and one is made, or set 40 random characters"


def _open_to_others(path: Path, forbidden: int) -> Iterator[str]:
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & forbidden:
        yield f"{path} can be read by other users of this machine; run: chmod 600 {path}"


def file_system(folder: Path) -> str:
    """The type of the file system that holds the folder (or will); empty where the system does not tell."""
    try:
        mounts = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    path = os.path.realpath(folder)
    holding = [(point, kind) for point, kind in mounts if _holds(point.replace("\\040", " "), path)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]


def _holds(point: str, path: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")
