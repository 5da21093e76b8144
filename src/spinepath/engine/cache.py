"""Reading the knowledge base quickly: once from its files, then from a copy that is keyed by their content.

The copy is written to the user's cache folder after a sound load. A changed byte in any file, or another version of
the engine, leads to another key; a damaged copy is ignored. It is data only and is checked against the types while
it is read.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from spinepath.engine.knowledge import Knowledge


def default_folder() -> Path:
    """The knowledge base that is used when none is named: of the environment, the package, or the working copy."""
    named = os.environ.get("SPINEPATH_KNOWLEDGE")
    if named:
        return Path(named)
    package = Path(__file__).parents[1]
    inside = package / "knowledge"
    return inside if inside.is_dir() else package.parents[1] / "knowledge"


def cache_folder() -> Path | None:
    """Where copies are kept: SPINEPATH_CACHE, else `spinepath` in the user's cache folder; None for whoever has none.

    Never a place that is shared: a copy is trusted, and others could write there.
    """
    named = os.environ.get("SPINEPATH_CACHE")
    if named:
        return Path(named)
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # a user without a home, as containers have
        return None
    return Path(base) / "spinepath"


def load_cached(folder: Path) -> Knowledge:
    """The knowledge base in `folder`, from its copy when there is one. Raises FaultyKnowledge as `load` does."""
    from spinepath.engine.content_files import content_hash, read_files

    files, copies = read_files(folder), cache_folder()
    # places in a copy begin with the name of its folder
    copy = copies and copies / f"{content_hash(files)[:32]}-{folder.name}-{_engine_key()}.msgpack"
    found = copy and _read_copy(copy)
    if found:
        return found
    from spinepath.engine.load import load_files

    knowledge = load_files(files, folder)
    if copy:
        _write_copy(copy, knowledge)
    return knowledge


def _engine_key() -> str:
    """Changes whenever the engine's own files do, so that a copy never outlives the code that made it."""
    stats = ((path.name, path.stat()) for path in sorted(Path(__file__).parent.glob("*.py")))
    text = "".join(f"{name} {stat.st_size} {stat.st_mtime_ns};" for name, stat in stats)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _read_copy(path: Path) -> Knowledge | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Knowledge)
    except (OSError, msgspec.MsgspecError):
        return None


def _write_copy(path: Path, knowledge: Knowledge) -> None:
    """Written beside and moved into place, so that no reader ever sees half a copy. A full disk is no fault."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(msgspec.msgpack.encode(knowledge))
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
