"""Files that make no sense or are far too large: a clear reason for each, the rest goes on, nothing half stored."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from copilot import importing
from copilot.store import articles

ROOT = Path(__file__).resolve().parents[2]

MEGABYTE = 1_000_000


def imported(services, *paths):
    """Import with nobody watching."""
    return importing.import_articles(services, paths, lambda *_: None)


@pytest.mark.parametrize(
    "name", ["huge.md", "huge.html", "huge.jsonl", "huge.csv", "huge.json", "huge.pdf", "huge.zip"]
)
def test_a_file_of_500_megabytes(services, tmp_path, name):
    """It is refused without being read into memory, and the article beside it comes in."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(500 * MEGABYTE)
    (tmp_path / "good.md").write_text("# Good\n\nSome words.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = imported(services, tmp_path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert result["added"] == 1, result
    assert grown < 250_000, "kilobytes"
    with services.db.read() as session:
        assert [row.title for row in articles.page(session, 10)] == ["Good"]


def test_an_article_of_one_word(desk, tmp_path):
    """It is an article like any other, and is found by its word."""
    (tmp_path / "word.md").write_text("Ropes")
    imported(desk.services, tmp_path)
    while desk.services.knowledge.sync():
        pass
    desk.services.knowledge.refresh()
    found = desk.services.knowledge.search_text("ropes", 1, "all")
    assert found.matches[0].passage.text == "Ropes"


def test_titles_that_stand_twice(services, tmp_path):
    """Two articles may have one title; each is kept under its own name."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text(f"# Refunds\n\nWords of {name}.")
    assert imported(services, tmp_path)["added"] == 2
    with services.db.read() as session:
        assert [row.title for row in articles.page(session, 10)] == ["Refunds", "Refunds"]


def test_a_disk_that_is_full_in_the_middle(tmp_path):
    """Where the database can grow no further the command ends with a plain reason and nothing half stored; with room
    again the same command finishes."""
    folder = tmp_path / "help"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.md").write_text(f"# Article {number}\n\n" + f"Words of {number}. " * 1_500)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSWERABLE_", "OPENAI_"))}
    settings = {
        "ANSWERABLE_DATA_DIR": str(tmp_path / "data"),
        "ANSWERABLE_EMBEDDER": "fake:hash",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "copilot", "import", "articles", str(folder), "--json"]

    def run(prefix=()):
        return subprocess.run(
            [*prefix, *command], env={**kept, **settings}, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )  # fmt: skip

    tight = run(("sh", "-c", 'ulimit -f 2000; exec "$@"', "sh"))
    assert tight.returncode != 0
    assert "Traceback" not in tight.stderr
    assert any(words in tight.stderr for words in ("cannot be written", "full", "too large")), tight.stderr
    roomy = run()
    assert roomy.returncode == 0, roomy.stderr
    found = json.loads(roomy.stdout)
    assert found["refused"] == 0
    assert found["added"] + found["same"] == 60
