"""Where the real and sample export files are."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real and sample export files, ``olist/`` and ``samples/``. One that is named must hold them."""
    named = os.environ.get("SHOPADMIN_TEST_DATA")
    if not named:
        pytest.skip("SHOPADMIN_TEST_DATA is not set")
    folder = Path(named)
    missing = [name for name in ("olist", "samples") if not (folder / name).is_dir()]
    assert not missing, f"SHOPADMIN_TEST_DATA names {folder}, where no {' and no '.join(missing)} is"
    return folder
