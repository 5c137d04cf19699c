from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.records import Rejection
from shopadmin.platforms.recognise import core_formats, decide_date_order, recognise


@dataclass
class Reading:
    """What one file turned out to be and to hold."""

    format: str
    sheet: str
    records: list[Any] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def of(self, record: type) -> list[Any]:
        return [found for found in self.records if type(found) is record]

    def codes(self) -> dict[int, str]:
        return {rejection.row: rejection.code for rejection in self.rejected}

    def counts(self) -> Counter[str]:
        return Counter(type(found).__name__ for found in self.records)


Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def formats() -> tuple[ImportFormat, ...]:
    return core_formats()


@pytest.fixture(scope="session")
def ctx() -> ReadContext:
    return ReadContext(ZoneInfo("Asia/Shanghai"), "CNY")


@pytest.fixture
def read(formats: tuple[ImportFormat, ...], ctx: ReadContext) -> Read:
    """Reads a whole file as the importer would."""

    def read(path: Path, **answers: Any) -> Reading:
        layout, source = recognise(path, formats)
        asked = replace(ctx, **answers)
        asked = replace(asked, date_order=decide_date_order(layout, source, asked.date_order))
        reading = Reading(layout.name, source.sheet)
        for found in layout.read(source.headings, source.rows(), asked):
            if isinstance(found, Rejection):
                reading.rejected.append(found)
            else:
                reading.records.append(found)
        return reading

    return read


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of the given text or bytes."""

    def write(content: str | bytes, name: str = "export.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write
