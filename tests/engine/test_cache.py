"""The copy of the knowledge base: used while nothing changed, never when anything did, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinepath.engine import cache, load
from spinepath.engine.cache import cache_folder, default_folder, load_cached
from spinepath.engine.evaluate import evaluate
from spinepath.engine.faults import FaultyKnowledge
from spinepath.engine.knowledge import Knowledge
from tests.engine.small import answers, files


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A folder with the small base."""
    folder = tmp_path / "room"
    folder.mkdir()
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of copies, which does not exist yet."""
    folder = tmp_path / "copies" / "inside"
    monkeypatch.setenv("SPINEPATH_CACHE", str(folder))
    return folder


@pytest.fixture
def read_from_files(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows whenever the files themselves are read into a knowledge base."""
    times: list[int] = []
    build = load.load_files

    def counting(*arguments) -> Knowledge:
        times.append(1)
        return build(*arguments)

    monkeypatch.setattr(load, "load_files", counting)
    return times


def test_the_second_time_it_is_read_from_the_copy(room: Path, copies: Path, read_from_files: list[int]) -> None:
    first, second = load_cached(room), load_cached(room)
    assert len(read_from_files) == 1
    assert first == second == load.load(room)
    assert len(list(copies.iterdir())) == 1


def test_a_copy_means_the_same_as_the_files(room: Path, copies: Path) -> None:
    load_cached(room)
    copy = load_cached(room)
    files_themselves = load.load(room)
    assert copy.version == files_themselves.version
    for chart in ({}, answers(), answers(fever=True), answers(age_years=75, numbness=True)):
        assert evaluate(copy, chart) == evaluate(files_themselves, chart)


def test_a_changed_byte_is_read_anew(room: Path, copies: Path, read_from_files: list[int]) -> None:
    before = load_cached(room)
    page = room / "ask.yaml"
    page.write_bytes(page.read_bytes().replace(b"38 degrees", b"39 degrees"))
    after = load_cached(room)
    assert len(read_from_files) == 2
    assert before.version != after.version
    assert after.facts["fever"].hint == "39 degrees or more."


def test_a_changed_name_is_read_anew(room: Path, copies: Path, read_from_files: list[int]) -> None:
    load_cached(room)
    (room / "ask.yaml").rename(room / "questions.yaml")
    assert load_cached(room).facts["fever"].place.startswith("room/questions.yaml")
    assert len(read_from_files) == 2


@pytest.mark.parametrize("damage", [b"", b"\x00", b"not msgpack", None])
def test_a_damaged_copy_is_ignored_and_replaced(
    room: Path, copies: Path, read_from_files: list[int], damage: bytes | None
) -> None:
    load_cached(room)
    (copy,) = copies.iterdir()
    copy.write_bytes(copy.read_bytes()[:-100] if damage is None else damage)
    assert load_cached(room) == load.load(room)
    load_cached(room)
    assert len(read_from_files) == 3, "the first time, after the damage, and by the comparison"


def test_another_version_of_the_engine_reads_anew(
    room: Path, copies: Path, read_from_files: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_cached(room)
    monkeypatch.setattr(cache, "_engine_key", lambda: "another")
    load_cached(room)
    assert len(read_from_files) == 2
    assert len(list(copies.iterdir())) == 2


def test_the_key_of_the_engine_is_that_of_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = tmp_path / "engine"
    engine.mkdir()
    (engine / "evaluate.py").write_text("one")
    monkeypatch.setattr(cache, "__file__", str(engine / "cache.py"))
    first = cache._engine_key()
    assert cache._engine_key() == first
    (engine / "evaluate.py").write_text("other")
    assert cache._engine_key() != first


@pytest.mark.parametrize("where", ["a_file", "a_file/below"])
def test_where_no_copy_can_be_kept_it_still_reads(
    room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / "a_file").write_text("in the way")
    monkeypatch.setenv("SPINEPATH_CACHE", str(tmp_path / where))
    assert load_cached(room) == load.load(room)
    assert (tmp_path / "a_file").read_text() == "in the way"


def test_a_copy_is_never_seen_half_written(room: Path, copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full_disk(path: Path, content: bytes) -> int:
        write(path, content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    assert load_cached(room).facts
    assert list(copies.iterdir()) == [], "nothing is left behind"


def test_a_faulty_base_is_refused_every_time_and_never_copied(room: Path, copies: Path) -> None:
    (room / "ask.yaml").write_text("title: T")
    for _ in range(2):
        with pytest.raises(FaultyKnowledge, match="The file has no about"):
            load_cached(room)
    assert not copies.exists()


def test_a_folder_without_files_is_refused(tmp_path: Path, copies: Path) -> None:
    with pytest.raises(FaultyKnowledge, match="There is no knowledge base here"):
        load_cached(tmp_path / "nowhere")


# where things are


def test_the_knowledge_base_is_that_of_the_environment_the_package_or_the_working_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPINEPATH_KNOWLEDGE", "/somewhere")
    assert default_folder() == Path("/somewhere")
    monkeypatch.delenv("SPINEPATH_KNOWLEDGE")
    package = tmp_path / "src" / "spinepath"
    (package / "engine").mkdir(parents=True)
    monkeypatch.setattr(cache, "__file__", str(package / "engine" / "cache.py"))
    assert default_folder() == tmp_path / "knowledge"
    (package / "knowledge").mkdir()
    assert default_folder() == package / "knowledge"


def test_copies_are_kept_where_the_environment_or_the_users_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINEPATH_CACHE", "/here")
    assert cache_folder() == Path("/here")
    monkeypatch.delenv("SPINEPATH_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/there")
    assert cache_folder() == Path("/there/spinepath")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "spinepath"


def test_who_has_no_home_does_without_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPINEPATH_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "~")  # what a user gets who is not in the list of users
    assert cache_folder() is None
    assert load_cached(default_folder()).rules
