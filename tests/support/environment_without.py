"""``python environment_without.py FOLDER DISTRIBUTION…``: this environment, but for some distributions.

They are really not installed there, neither for pytest nor for the processes that it starts: no entry point, nothing
to import. Everything else is linked rather than copied, so it takes a moment.
"""

import shutil
import sys
import sysconfig
import venv
from importlib.metadata import distribution
from pathlib import Path


def make(folder: Path, left_out: list[str]) -> None:
    """Make the environment anew. Raises PackageNotFoundError for what is not installed here."""
    skipped = {file.parts[0] for name in left_out for file in distribution(name).files or ()}
    shutil.rmtree(folder, ignore_errors=True)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    here = Path(sysconfig.get_path("purelib"))
    there = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    for entry in here.iterdir():
        if entry.name not in skipped:
            (there / entry.name).symlink_to(entry)


if __name__ == "__main__":
    make(Path(sys.argv[1]).absolute(), sys.argv[2:])
