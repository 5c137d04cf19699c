"""The shared numeric cases in ``vectors/``: plain numbers, from the text of the rules and from peers."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "vectors"


def vectors(name: str) -> dict[str, dict[str, Any]]:
    """Case id to case."""
    return {case["id"]: case for case in json.loads((FOLDER / f"{name}.json").read_text())}
