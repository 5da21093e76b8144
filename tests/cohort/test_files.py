"""Files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinepath.cohort.files import whole


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"

    def write(unfinished: Path) -> None:
        unfinished.write_text("half")
        assert not path.exists()
        unfinished.write_text("whole")

    whole(path, write)
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_finished_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def write(unfinished: Path) -> None:
        unfinished.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        whole(path, write)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
