"""Bulk imports: broken parts are told, the rest goes on; answers become drafts for people to look at."""

import json

import pytest
from sqlalchemy.exc import OperationalError

from copilot import importing
from copilot.errors import Invalid, Unavailable
from copilot.store import articles, tickets
from knowledge.importers import ArticleFileError


def silent(done, total):
    """No progress bar."""


def all_articles(services):
    with services.db.read() as session:
        return {row.id: row for row in articles.page(session, 100)}


def test_the_rest_goes_on(services, tmp_path):
    """Every broken file or row is named; what can be read is stored and indexed, and again changes nothing."""
    (tmp_path / "fine.md").write_text("---\nvalid_until: 2026-12-31\nowner: Kim\n---\n# Fine\n\nWords.")
    (tmp_path / "word.md").write_text("word")
    (tmp_path / "bad.html").write_bytes(b"\x00")
    (tmp_path / "deep.html").write_text("<div>" * 900)
    (tmp_path / "long.md").write_text("word " * 300_000)
    (tmp_path / "large.md").write_bytes(b"x" * 2_000_001)
    (tmp_path / "until.md").write_text("---\nvalid_until: soon\n---\nWords")
    same = [{"id": "a", "title": "Same", "body": "1"}, {"id": "b", "title": "Same", "body": "2"}, 5, {"id": "c"}]
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(row) for row in same) + "\n{broken")
    result = importing.import_articles(services, [tmp_path, rows], silent)
    assert (result["added"], result["refused"], result["indexed"], result["read"]) == (4, 8, 4, 12)
    told = " ".join(result["reasons"])
    for name in ("bad.html", "deep.html", "long.md", "large.md", "until.md", "rows.jsonl:3", ":4", ":5"):
        assert name in told
    row = all_articles(services)["fine"]
    assert (row.valid_until.isoformat(), row.owner) == ("2026-12-31", "Kim")
    again = importing.import_articles(services, [tmp_path, rows], silent)
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 4)


def test_nothing_that_can_be_read(services, tmp_path):
    """When everything is refused, that is an error."""
    with pytest.raises(ArticleFileError):
        importing.import_articles(services, [tmp_path / "none.md"], silent)


def test_a_full_disk(services, tmp_path, monkeypatch):
    """The database refuses: one plain error, and nothing of the batch is stored."""

    def full(*_):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    (tmp_path / "a.md").write_text("# A\n\nWords.")
    monkeypatch.setattr(importing, "save_articles", full)
    with pytest.raises(Unavailable, match="disk is full"):
        importing.import_articles(services, [tmp_path], silent)
    assert all_articles(services) == {}


def test_answers_of_solved_tickets(desk):
    """The reply that a person sent last becomes an internal draft without its courtesies; what is open does not."""
    solved, unanswered = desk.open(subject="My refund"), desk.open("Another question", email="b@example.com")
    desk.write(solved, "Hello Kim,\n\nIt takes 5 days.\n\nKind regards,\nThe support team", "outbound", author="Sam")
    with desk.services.db.write() as session:
        for ticket in (solved, unanswered):
            tickets.find(session, ticket).status = "solved"
    result = importing.import_answers(desk.services, None, silent)
    assert (result["added"], result["refused"]) == (1, 0)
    row = all_articles(desk.services)[f"answer-ticket-{solved}"]
    assert (row.title, row.body, row.visibility, row.status) == ("My refund", "It takes 5 days.", "internal", "draft")
    desk.services.knowledge.refresh()
    assert row.id not in desk.services.knowledge.facts
    assert importing.import_answers(desk.services, None, silent)["same"] == 1


def test_answers_of_a_file(services, tmp_path):
    """Questions and answers become drafts; the same question again is the same article; broken rows are told."""
    path = tmp_path / "a.jsonl"
    rows = [{"question": "How long?", "answer": "5 days"}, {"question": "how  long?", "answer": "6"}, {"question": 1}]
    path.write_text("\n".join(map(json.dumps, rows)))
    first = importing.import_answers(services, path, silent)
    assert (first["added"], first["same"], first["refused"]) == (1, 1, 1)
    assert [row.body for row in all_articles(services).values()] == ["5 days"]
    sheet = tmp_path / "a.csv"
    sheet.write_text("question,answer\nWhere?,Here\n")
    assert importing.import_answers(services, sheet, silent)["added"] == 1
    with pytest.raises(Invalid):
        importing.import_answers(services, tmp_path / "a.txt", silent)
