"""What the tests of a build share: a project of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.stand_ins import Builds


@pytest.fixture
def builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Builds:
    return Builds(tmp_path, monkeypatch, capfd)
