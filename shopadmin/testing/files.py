"""Where the real and sample export files are."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real and sample export files."""
    named = os.environ.get("SHOPADMIN_TEST_DATA")
    if not named:
        pytest.skip("SHOPADMIN_TEST_DATA is not set")
    folder = Path(named)
    assert (folder / "samples").is_dir(), "SHOPADMIN_TEST_DATA names no folder of export files"
    return folder
