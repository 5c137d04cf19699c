"""Nothing about an envelope or a push depends on a review: by structure, as the code cannot reach one (section 7)."""

import ast
import inspect
from pathlib import Path

import pytest
import shopadmin_red_envelope
from shopadmin_red_envelope import models

from shopadmin.models import Base
from shopadmin.services import order_history, past_buyers, standing
from shopadmin.services.messages import blocks, consents, people

PACKAGE = Path(str(shopadmin_red_envelope.__file__)).parent
# Code that decides who gets an envelope or a message, who may use one, and what is made of it afterwards.
DECIDES = [
    *sorted((PACKAGE / "domain").glob("*.py")),
    *sorted((PACKAGE / "services").glob("*.py")),
    *sorted((PACKAGE / "http_api").glob("*.py")),
]
# What of the core those ask: whom a buyer is, what was bought, who may be written to.
ASKED = [Path(inspect.getfile(module)) for module in (past_buyers, order_history, standing, blocks, consents, people)]
WORDS = ("review", "rating", "star", "feedback", "comment")
# ``refund_previews`` and the like are not about reviews; the fields of a message that say that it is about none are.
HARMLESS = {"preview", "start", "starts", "started"}


def names(source: str) -> set[str]:
    """Everything that is imported or read: names, attributes, and tables in SQL texts; no docstring."""
    tree = ast.parse(source)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


def about_reviews(source: str) -> set[str]:
    parts = {
        (name, part) for name in names(source) for piece in name.split(".") for part in piece.lower().split("_")
    }  # fmt: skip
    return {name for name, part in parts if part not in HARMLESS and part.rstrip("s") in WORDS}


@pytest.mark.parametrize("file", [*DECIDES, *ASKED], ids=lambda file: f"{file.parent.name}/{file.name}")
def test_code_that_decides_knows_of_no_review(file: Path) -> None:
    assert about_reviews(file.read_text()) == set()


@pytest.mark.parametrize(
    "line",
    ["from shopadmin.models.reviews import Review", "import shopadmin.services.reviews", "x = order.stars",
     "from shopadmin.plugin_api import ReviewSnapshot as R; row.review_id"],
)  # fmt: skip
def test_a_review_that_is_planted_is_noticed(line: str) -> None:
    source = (PACKAGE / "services" / "push_drawing.py").read_text()

    assert about_reviews(f"{source}\n{line}\n")


def test_no_table_of_the_plugin_has_anything_of_a_review() -> None:
    tables = [table for table in Base.metadata.tables.values() if table.name.startswith("plugin_red_envelope_")]
    assert len(tables) == len(models.__all__)

    for table in tables:
        parts = {part for column in table.columns for part in column.name.split("_")}
        assert not {part.rstrip("s") for part in parts} & set(WORDS), table.name
        assert not any("review" in key.target_fullname for column in table.columns for key in column.foreign_keys)
