"""What all checks of pages share."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.web.chromium import BROWSERS


@pytest.fixture(scope="session")
def browser() -> str:
    """The command of a browser; without one the checks are left out, but never in CI."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and not os.environ.get("CI"):
        pytest.skip("no browser is installed")
    assert found, "the checks need a Chromium browser"
    return found
