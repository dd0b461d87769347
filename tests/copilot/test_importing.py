"""Bulk imports: broken parts are told, the rest goes on; answers become drafts for people to look at."""

import json

import pytest
from sqlalchemy.exc import OperationalError

from copilot import importing
from copilot.errors import Invalid, Unavailable
from copilot.knowledge_base import new_article, save_article, withdraw_article
from copilot.sources import by_hand
from copilot.store import articles, tickets
from knowledge.found import ArticleFileError


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
    monkeypatch.setattr(by_hand, "save_articles", full)
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
    sheet.write_bytes("question;answer\nWo?;Für alle hier\nnur;\n".encode("cp1252"))
    result = importing.import_answers(services, sheet, silent)
    assert (result["added"], result["refused"], len(result["notes"])) == (1, 1, 1)
    assert "Für alle hier" in [row.body for row in all_articles(services).values()]
    with pytest.raises(Invalid):
        importing.import_answers(services, tmp_path / "a.txt", silent)


FIELDS = ("title", "body", "language", "visibility", "category", "status", "valid_until", "owner")


def edit(services, id, **changes):
    """What an admin does in the editor."""
    with services.db.write() as session:
        row = articles.get(session, id)
        fields = {name: getattr(row, name) for name in FIELDS} | changes
        save_article(session, new_article(id, **fields), services.now(), "Kim")


def read(services, *paths, **more):
    """Imports and returns what became of how many, without zeros."""
    result = importing.import_articles(services, list(paths), silent, **more)
    return {name: result[name] for name in ("added", "changed", "same", "withdrawn", "refused") if result[name]}


PEOPLE_SET = {"visibility": "internal", "status": "draft", "category": "refund", "owner": "Kim", "language": "fr"}


def test_an_unchanged_file_changes_nothing(services, tmp_path):
    """Neither an edit of the words nor what was set here is undone by the same file again."""
    path = tmp_path / "a.md"
    path.write_text("# A\n\nThe words from there.")
    assert read(services, path) == {"added": 1}
    edit(services, "a", body="Better words.", **PEOPLE_SET)
    assert read(services, path) == {"same": 1}
    row = all_articles(services)["a"]
    assert {name: getattr(row, name) for name in PEOPLE_SET} == PEOPLE_SET
    assert row.body == "Better words."


def test_a_changed_file_changes_only_what_it_tells(services, tmp_path):
    """New words come in; what the file does not mention, or mentions as before, stays as people set it."""
    path = tmp_path / "a.md"
    path.write_text("---\nvisibility: public\n---\n# A\n\nThe words from there.")
    read(services, path)
    edit(services, "a", **PEOPLE_SET)
    path.write_text("---\nvisibility: public\n---\n# A\n\nNew words from there.")
    assert read(services, path) == {"changed": 1}
    row = all_articles(services)["a"]
    assert ({name: getattr(row, name) for name in PEOPLE_SET}, "New" in row.body) == (PEOPLE_SET, True)
    edit(services, "a", body="Better words.")
    path.write_text("---\nvisibility: public\nstatus: published\nowner: Lee\n---\n# A\n\nNew words from there.")
    assert read(services, path) == {"changed": 1}
    row = all_articles(services)["a"]
    assert (row.body, row.status, row.owner, row.visibility) == ("Better words.", "published", "Lee", "internal")
    path.write_text("# A\n\nNew words from there.")
    assert read(services, path) == {"same": 1}
    assert all_articles(services)["a"].owner == "Lee"


def test_what_a_person_withdrew_stays_out_of_use(services, tmp_path):
    """The same file does not bring it back; new words make it a draft."""
    path = tmp_path / "a.md"
    path.write_text("---\nstatus: published\n---\n# A\n\nThe words from there.")
    read(services, path)
    with services.db.write() as session:
        withdraw_article(session, "a", services.now(), "Kim")
    assert read(services, path) == {"same": 1}
    assert all_articles(services) == {}
    path.write_text("---\nstatus: published\n---\n# A\n\nNew words.")
    assert read(services, path) == {"changed": 1}
    assert all_articles(services)["a"].status == "draft"


def test_an_article_of_the_same_file_name(services, tmp_path):
    """A file of another folder does not write over an article of its name, unless that is said or the other is gone."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "refunds.md").write_text(f"# Refunds\n\nWords of {folder.name}.")
    (two / "more.md").write_text("# More\n\nWords.")
    with services.db.write() as session:
        save_article(session, new_article("more", "More", "Written here."), services.now(), "Kim")
    assert read(services, one) == {"added": 1}
    with pytest.raises(ArticleFileError, match="already"):
        importing.import_articles(services, [two], silent)
    (two / "fine.md").write_text("# Fine\n\nWords.")
    result = importing.import_articles(services, [two], silent)
    assert (result["added"], result["refused"]) == (1, 2)
    told = " ".join(result["reasons"])
    assert f"an article 'refunds' is there already, from {one / 'refunds.md'}" in told
    assert "'more' that comes from no file" in told
    bodies = {name: row.body for name, row in all_articles(services).items()}
    assert (bodies["refunds"], bodies["more"]) == ("# Refunds\n\nWords of one.", "Written here.")
    assert read(services, two / "refunds.md", take_over=True) == {"changed": 1}
    (two / "refunds.md").unlink()
    assert read(services, one) == {"changed": 1}
    named = tmp_path / "rows.jsonl"
    named.write_text(json.dumps({"id": "refunds", "title": "R", "body": "The same by its id."}))
    assert read(services, named) == {"changed": 1}


def test_an_article_of_a_source(services, tmp_path):
    """Files do not write over what a source tells of."""
    (tmp_path / "a.md").write_text("# A\n\nWords.")
    with services.db.write() as session:
        source = services.sources.add(session, "files", str(tmp_path), "test")
    services.sources.sync(source.id, silent)
    with pytest.raises(ArticleFileError, match="belongs to the source"):
        importing.import_articles(services, [tmp_path / "a.md"], silent)


def test_what_is_archived_in_an_export(services, tmp_path):
    """It is withdrawn here, and nothing where it never was."""
    path, rows = tmp_path / "a.json", [{"id": n, "title": "T", "content": "Words"} for n in (1, 2)]
    path.write_text(json.dumps({"payload": rows[:1]}))
    assert read(services, path) == {"added": 1}
    path.write_text(json.dumps({"payload": [{**row, "status": "archived"} for row in rows]}))
    assert read(services, path) == {"same": 1, "withdrawn": 1}
    assert all_articles(services) == {}
    path.write_text(json.dumps({"payload": rows}))
    assert read(services, path) == {"added": 1, "changed": 1}
    assert {row.status for row in all_articles(services).values()} == {"published"}
