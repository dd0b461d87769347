"""What may come out of a zip file, and what may not."""

import json
import zipfile

import pytest

from knowledge import archives
from knowledge.found import ArticleFileError, FoundArticle
from knowledge.importers import examine


@pytest.fixture
def zipped(tmp_path):
    """Writes a zip of these files and examines it: articles by id, and problems."""

    def look(**files):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return read(path)

    return look


def read(path):
    found = list(examine([path]))
    articles = {item.article.id: item.article.body for item in found if isinstance(item, FoundArticle)}
    return articles, [str(item) for item in found if isinstance(item, ArticleFileError)]


def test_files_of_every_kind(zipped):
    """Pages, rows and exports are read as from a folder; one that is broken is named inside the zip."""
    export = json.dumps({"articles": [{"id": 1, "title": "Z", "body": "<p>Words"}]})
    rows = json.dumps({"id": "r", "title": "R", "body": "Row"})
    articles, problems = zipped(**{"help/a.md": "# A\n\nText", "rows.jsonl": rows, "z.json": export, "bad.html": b"\0"})
    assert articles == {"help/a": "# A\n\nText", "r": "Row", "zendesk-1-en": "Words"}
    assert len(problems) == 1
    assert "a.zip/bad.html" in problems[0]


@pytest.mark.parametrize(
    "name", ["../evil.md", "/etc/evil.md", "a/../../evil.md", "c:evil.md", "a\\..\\evil.md", "x" * 300]
)
def test_names_that_lead_out(zipped, tmp_path, name):
    """They are refused by name, and nothing is written outside."""
    articles, problems = zipped(**{name: "# E\n\nEvil", "fine.md": "# F\n\nFine"})
    assert articles == {"fine": "# F\n\nFine"}
    assert "name" in problems[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_links_are_left_out(tmp_path):
    """A symbolic link in a zip is no file."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        entry = zipfile.ZipInfo("link.md")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "is a link" in read(tmp_path / "a.zip")[1][0]


def test_bombs(zipped, monkeypatch):
    """Too much in all and too many files are refused, counted while they come out; of an entry that is too large the
    others know nothing, but a zip full of these has an end."""
    articles, problems = zipped(**{"a.md": b"x" * 30_000_000, "b.md": "# B\n\nFine"})
    assert articles == {"b": "# B\n\nFine"}
    assert "a.md: unpacks to more than 200 times its size" in problems[0]
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 1000)
    articles, problems = zipped(**{"a.md": b"x" * 70_000, "b.md": "# B\n\nFine"})
    assert articles == {"b": "# B\n\nFine"}
    assert "a.md: is larger than 1000 bytes" in problems[0]
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 100_000)
    articles, problems = zipped(**{"a.md": b"x" * 70_000, "b.md": b"y" * 70_000, "c.md": "# C\n\nFine"})
    assert articles == {}
    assert "holds more than 100000 bytes" in problems[-1]
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 1000)
    assert "holds more than 1000 bytes" in zipped(**{"a.md": b"x" * 600, "b.md": b"y" * 600})[1][0]
    monkeypatch.setattr(archives, "MAX_FILES", 1)
    assert "more than 1 files" in zipped(**{"a.md": "x", "b.md": "y"})[1][0]


@pytest.mark.parametrize("cut", [0, 10, 60])
def test_broken_archives(zipped, tmp_path, cut):
    """A cut or foreign file is one clear problem."""
    zipped(**{"a.md": "# A\n\nText of some length"})
    path = tmp_path / "a.zip"
    path.write_bytes(path.read_bytes()[:cut])
    articles, problems = read(path)
    assert articles == {}
    assert "is not a zip file" in problems[0]


def test_a_full_disk(zipped, monkeypatch):
    """It is told as such."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives, "_copy", full)
    assert "No space left on device" in zipped(**{"a.md": "x"})[1][0]
