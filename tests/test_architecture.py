"""Which room may import which, where each library lives, and who may look at the clock."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("copilot", "sla", "triage", "knowledge")
STORE = ("copilot/store/",)
HOMES = {
    "sqlmodel": STORE,
    "sqlalchemy": STORE,
    "alembic": STORE,
    "openai": ("copilot/llm/", "copilot/embedding_server.py"),
    "qdrant_client": ("knowledge/vector_index.py",),
    "sentence_transformers": ("knowledge/embedding.py",),
    "torch": ("knowledge/embedding.py",),
    "litestar": ("copilot/app.py", "copilot/web/"),
}
CLOCK_HOME = "copilot/timesource.py"
CLOCKS = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime"),
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of ours: its path from the root, with slashes, and its syntax tree."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The top-level names of all modules imported anywhere in the tree, lazily or by name included."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                found.add(module)
    return {name.partition(".")[0] for name in found}


def away_from_home(path: str, tree: ast.Module) -> set[str]:
    """The libraries that the module at `path` imports though their home is elsewhere."""
    return {name for name in imported(tree) if name in HOMES and not path.startswith(HOMES[name])}


def clocks(tree: ast.Module) -> set[str]:
    """The wall clocks mentioned in the tree, called or passed on, whatever name they were imported under."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {dotted(node, names) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)} & CLOCKS


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """`D.now` as `datetime.datetime.now`, given that `D` was imported as `datetime.datetime`."""
    match node:
        case ast.Name(id=name):
            return names.get(name, "")
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value, names)}.{attr}"
        case _:
            return ""


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages and the pyproject.toml of `folder`."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache', '--no-logo'])"
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_rooms_import_only_in_the_allowed_direction() -> None:
    """The service may import the three rooms; they import neither it nor each other."""
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("importer", "module"), [("sla", "copilot"), ("triage", "sla"), ("knowledge", "triage"), ("sla", "knowledge")]
)
def test_the_import_rules_can_fail(tmp_path: Path, importer: str, module: str) -> None:
    """A room that imports the service or a sibling is reported."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / importer / "bad.py").write_text(f"import {module}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert f"{importer}.bad -> {module}" in done.stdout


def test_each_library_has_one_home() -> None:
    """The libraries that reach outside are imported only where they live."""
    strays = {path: found for path, tree in sources() if (found := away_from_home(path, tree))}
    assert strays == {}


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("copilot/web/queue.py", "from sqlmodel import Session", {"sqlmodel"}),
        ("copilot/storeroom.py", "import sqlalchemy.orm as orm", {"sqlalchemy"}),
        ("copilot/drafting.py", "def write():\n    import openai", {"openai"}),
        ("sla/clock.py", "import importlib\nimportlib.import_module('torch.nn')", {"torch"}),
        ("knowledge/retrieval.py", "from qdrant_client.http import models", {"qdrant_client"}),
        ("copilot/store/tables.py", "import sqlmodel, alembic", set()),
        ("copilot/web/api.py", "from litestar import get", set()),
        ("copilot/pipeline.py", "from . import openai\nimport openair", set()),
    ],
)
def test_a_library_away_from_home_is_found(path: str, code: str, expected: set[str]) -> None:
    """Plain, aliased, lazy and by-name imports are seen; homes and namesakes are left alone."""
    assert away_from_home(path, ast.parse(code)) == expected


def test_only_the_time_source_reads_the_clock() -> None:
    """Everything else is given the time, so that every decision can be made again later."""
    readers = {path: found for path, tree in sources() if path != CLOCK_HOME and (found := clocks(tree))}
    assert readers == {}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from datetime import datetime\ndatetime.now(UTC)", {"datetime.datetime.now"}),
        ("import datetime as dt\ndt.datetime.utcnow()", {"datetime.datetime.utcnow"}),
        ("from datetime import date as Day\nfield(default_factory=Day.today)", {"datetime.date.today"}),
        ("def f():\n    from time import time as t\n    return t()", {"time.time"}),
        ("import time\nnow = time.time", {"time.time"}),
        ("import time\ntime.sleep(1); time.monotonic(); clock.now()", set()),
        ("from datetime import datetime\ndatetime.fromisoformat(text)", set()),
    ],
)
def test_a_reading_of_the_clock_is_found(code: str, expected: set[str]) -> None:
    """Every spelling of `now` is seen, uncalled ones too; durations and parsing are left alone."""
    assert clocks(ast.parse(code)) == expected
