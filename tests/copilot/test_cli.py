"""The command line: every command explains itself, does its work, and fails with one plain line and exit code 1."""

import copy
import json
import sqlite3
from contextlib import closing

import pytest
from click import Command, Group
from click.testing import CliRunner

from copilot import accounts, configuration
from copilot.cli.main import main
from copilot.fakes import HashEmbedder
from copilot.settings import Settings
from copilot.store import accounts as account_store
from copilot.store import articles, tickets
from copilot.store import configuration as store_configuration
from copilot.wiring import build
from tests.builders import POLICIES, ticket_json
from tests.copilot.sources.website import website

ARTICLE = {"id": "refunds", "title": "Refunds", "body": "A refund reaches your card within 5 working days."}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command in an empty folder with a data folder of its own and an embedder that needs no model."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "QDRANT_URL", "LLM_MODEL", "WEBHOOK_URL", "WEBHOOK_SECRET", "OUTBOX_DIR", "PASSWORD"):
        monkeypatch.delenv(f"ANSWERABLE_{name}", raising=False)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ANSWERABLE_EMBEDDER", "fake:hash")
    monkeypatch.setenv("ANSWERABLE_LOG_LEVEL", "ERROR")

    def invoke(*words, ok=True):
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert (result.exit_code == 0) == ok, result.output
        return result

    return invoke


@pytest.fixture
def stored(run):
    """Looks into the database that the commands left: `stored(query)` with a session."""

    def look(query):
        services = build(Settings())
        try:
            with services.db.read() as session:
                return query(session)
        finally:
            services.close()

    return look


def failure(result):
    """The one line that a failed command printed."""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.stdout == ""
    return " ".join(result.stderr.replace("│", " ").split())


def commands(group: Group, words=()):
    """Every command below a group, as the words that call it."""
    for name, command in group.commands.items():
        yield (*words, name)
        if isinstance(command, Group):
            yield from commands(command, (*words, name))


@pytest.mark.parametrize("words", [(), *commands(main)], ids=" ".join)
def test_every_command_explains_itself(run, words):
    """--help works everywhere, shows the usage and what the command is for."""
    shown = run(*words, "--help").output
    assert "Usage" in shown
    assert command_of(words).help.split("\n")[0].split()[0] in shown


def command_of(words) -> Command:
    found = main
    for word in words:
        found = found.commands[word]
    return found


def test_a_key_stands_alone_on_the_last_line(run, stored):
    """The key is printed once and works with its role."""
    key = run("key", "create", "--name", "shop", "--role", "intake").stdout.splitlines()[-1]
    found = stored(lambda s: accounts.key_of(s, key))
    assert (found.name, found.role) == ("shop", "intake")


def test_a_generated_password_is_printed_and_a_given_one_is_not(run, stored):
    """Either way the person can sign in with it."""
    person = ("user", "create", "--name", "Sam", "--role", "agent", "--email")
    password = run(*person, "Sam@Example.com").stdout.splitlines()[-1]
    given = run(*person, "kim@example.com", "--password", "correct horse battery")
    assert "correct horse" not in given.output
    assert stored(lambda s: accounts.verified(s, "sam@example.com", password)).role == "agent"
    assert stored(lambda s: accounts.verified(s, "kim@example.com", "correct horse battery")) is not None
    assert "exists already" in failure(run(*person, "kim@example.com", ok=False))


@pytest.mark.parametrize(
    "more", [("--email", "nobody"), ("--email", "a@b.c", "--password", "short"), ("--email", "a@b.c", "--name", " ")]
)
def test_a_person_that_makes_no_sense(run, more):
    """A wrong address, a short password or an empty name is refused in one line."""
    assert failure(run("user", "create", "--role", "agent", "--name", "Sam", *more, ok=False))


def write_lines(path, *rows):
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_importing_articles(run, stored, tmp_path):
    """Articles from a file and a folder are stored and indexed; the same again changes nothing."""
    lines = write_lines(tmp_path / "a.jsonl", ARTICLE)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "boots.md").write_text("---\nid: boots\ntitle: Boots\n---\nWax the leather.\n")
    first = json.loads(run("import", "articles", lines, tmp_path / "folder", "--json").stdout)
    assert (first["read"], first["added"], first["indexed"], first["note"]) == (2, 2, 2, None)
    again = json.loads(run("import", "articles", lines, "--json").stdout)
    assert (again["added"] + again["changed"], again["same"], again["indexed"]) == (0, 1, 0)
    assert stored(articles.count) == 2


def test_importing_tickets(run, stored, tmp_path):
    """Tickets are taken in, triaged and drafted, and those that are known are counted as such."""
    run("import", "articles", write_lines(tmp_path / "a.jsonl", ARTICLE))
    question = {"id": "q1", "text": "When do I get my refund?\nIt should reach my card."}
    lines = write_lines(tmp_path / "t.jsonl", ticket_json(received_at="2026-01-02T09:00:00Z"), question, "\n")
    first = json.loads(run("import", "tickets", lines, "--json").stdout)
    assert (first["read"], first["new"], first["triaged"], first["waiting"]) == (2, 2, 2, 0)
    assert first["drafted"] + first["no_draft_with_reason"] == 2
    again = json.loads(run("import", "tickets", lines, "--json").stdout)
    assert (again["new"], again["known"]) == (0, 2)
    assert stored(tickets.counts_by_status) == {"new": 2}


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("{not json\n", "t.jsonl:1"),
        ("[1]\n", "t.jsonl:1"),
        ("[" * 100_000 + "\n", "t.jsonl:1"),
        ({"id": "x"}, "t.jsonl:1"),
        ({"id": 5, "text": "x"}, "id"),
        (ticket_json(customer="kim"), "customer"),
        (ticket_json(customer={"email": "a@b.c", "organisation": ["x"]}), "organisation"),
        (ticket_json(customer={"email": 5}), "email"),
        (ticket_json(customer={"email": "nobody"}), "customer.email"),
        (ticket_json(customer={"email": "a@b.c", "name": 5}), "name"),
        (ticket_json(customer={"email": "a@b.c", "timezone": []}), "timezone"),
        (ticket_json(channel=5), "channel"),
        (ticket_json(body=""), "body"),
        (ticket_json(body="\ud800"), "body"),
        (ticket_json(customer={"email": "\ud800@b.c"}), "customer.email"),
        (ticket_json(received_at="soon"), "received_at"),
        (ticket_json(received_at=5), "t.jsonl:1"),
    ],
)
def test_tickets_that_make_no_sense(run, stored, tmp_path, row, named):
    """A wrong row is refused in one line that names it, and nothing of its file is stored."""
    lines = write_lines(tmp_path / "t.jsonl", row)
    assert named in failure(run("import", "tickets", lines, ok=False))
    assert stored(tickets.counts_by_status) == {}


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"{", b'{"id": "a"}\n'])
def test_articles_that_make_no_sense(run, stored, tmp_path, content):
    """A file that is no article file is refused in one line, and nothing of it is stored."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert failure(run("import", "articles", path, ok=False))
    assert stored(articles.count) == 0


def test_reindexing(run, stored, tmp_path):
    """The index is built anew from the database."""
    run("import", "articles", write_lines(tmp_path / "a.jsonl", ARTICLE))
    assert "Indexed 1 article" in run("reindex").stderr
    assert stored(lambda session: articles.unindexed_count(session, HashEmbedder.fingerprint)) == 0


def test_the_check_tells_every_part(run):
    """With everything in order the check is green, as JSON too."""
    parts = json.loads(run("check", "--json").stdout)
    assert {name: part["ok"] for name, part in parts.items()} == dict.fromkeys(
        ["database", "model", "index", "language model", "delivery", "e-mail alerts"], True
    )
    assert "NOT" not in run("check").output


def test_the_check_fails_with_a_broken_part(run, monkeypatch, tmp_path):
    """A part that does not work makes the exit code 1 and is named with its reason."""
    (tmp_path / "outbox").write_text("in the way")
    monkeypatch.setenv("ANSWERABLE_OUTBOX_DIR", str(tmp_path / "outbox"))
    result = run("check", "--json", ok=False)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["delivery"]["ok"] is False


def test_backup_and_restore(run, stored, tmp_path):
    """What was there at the backup is there after the restore, whatever happened in between."""
    run("key", "create", "--name", "one", "--role", "agent")
    run("backup", tmp_path / "saved.sqlite3")
    run("import", "tickets", write_lines(tmp_path / "t.jsonl", ticket_json(received_at="2026-01-02T09:00:00Z")))
    assert "give --yes" in failure(run("restore", tmp_path / "saved.sqlite3", ok=False))
    run("restore", tmp_path / "saved.sqlite3", "--yes")
    assert stored(tickets.counts_by_status) == {}
    assert "exists already" in failure(run("backup", tmp_path / "saved.sqlite3", ok=False))


def test_backup_without_a_database(run, tmp_path):
    """There must be something to save."""
    assert "There is no database" in failure(run("backup", tmp_path / "x", ok=False))


def test_backup_into_a_folder_that_is_not_there(run, tmp_path):
    """A place that cannot be written is told in one line and leaves nothing behind."""
    run("key", "create", "--name", "one", "--role", "agent")
    assert failure(run("backup", tmp_path / "no" / "where", ok=False))
    assert not (tmp_path / "no").exists()


def test_restoring_rubbish(run, stored, tmp_path):
    """A damaged file, or another database, never replaces the present one."""
    run("key", "create", "--name", "one", "--role", "agent")
    rubbish, other = tmp_path / "rubbish", tmp_path / "other.sqlite3"
    rubbish.write_bytes(b"not a database" * 1000)
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE x (y)")
    for path in (rubbish, other):
        assert "not a backup" in failure(run("restore", path, "--yes", ok=False))
    assert len(stored(account_store.keys)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/none?connect_timeout=1"),
        ("DATABASE_URL", "sqlite:////proc/nowhere/x.sqlite3"),
        ("DATA_DIR", "/proc/nowhere"),
        ("BATCH_SIZE", "many"),
        ("LEASE_SECONDS", "-1"),
        ("WEBHOOK_URL", "http://127.0.0.1:1/"),
    ],
)
def test_settings_that_make_no_sense(run, monkeypatch, name, value):
    """A wrong setting stops every command with one plain line."""
    monkeypatch.setenv(f"ANSWERABLE_{name}", value)
    assert failure(run("key", "create", "--name", "x", "--role", "agent", ok=False))


def test_a_separate_worker_needs_postgresql(run):
    """With SQLite a second process would only wait for the first: the worker says so."""
    assert "needs PostgreSQL" in failure(run("worker", ok=False))


def test_wrong_usage(run):
    """Unknown commands and options are usage errors with exit code 2."""
    assert run("fly", ok=False).exit_code == 2
    assert run("key", "create", "--name", "x", "--role", "king", ok=False).exit_code == 2


def test_closing_days_are_imported_once(run, stored, tmp_path):
    """A dry run stores nothing, the import adds the days to the calendar, the same file again changes nothing."""
    document = copy.deepcopy(POLICIES)
    document["calendars"]["shop"] = {"timezone": "Europe/Paris", "hours": {"mon": [["09:00", "18:00"]]}}
    services = build(Settings())
    with services.db.write() as session:
        configuration.save(session, "policies", document, services.now(), "test")
    services.close()
    event = "BEGIN:VEVENT\nSUMMARY:Ferragosto\nDTSTART:20270815\nEND:VEVENT"
    (tmp_path / "days.ics").write_text(f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR")
    words = ("import", "closing-days", tmp_path / "days.ics", "--calendar", "shop", "--first-year", "2027")
    assert json.loads(run(*words, "--dry-run", "--json").stdout)["new"] == 1
    assert stored(store_configuration.versions)["policies"] == 1
    assert "2027-08-15 Ferragosto" in run(*words).stdout
    assert json.loads(run(*words, "--json").stdout)["added"] == 0
    assert stored(store_configuration.versions)["policies"] == 2
    assert "There is no calendar 'gone'" in failure(run(*words[:4], "gone", ok=False))
    (tmp_path / "days.ics").write_bytes(b"\x00" * 2_000_000)
    assert "larger than" in failure(run(*words, ok=False))


@pytest.fixture
def labelled(tmp_path):
    """A file of texts and labels."""
    rows = [f"{text} {number},{label}" for number in range(4) for text, label in (("refund", "a"), ("parcel", "b"))]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    return tmp_path / "rows.csv"


def test_categories_are_measured_with_the_embedder_that_is_set(run, labelled):
    """The one JSON object on standard output, and no other model than the one in the settings."""
    found = run("eval", "categories", "--train", labelled, "--test", labelled, "--json")
    assert json.loads(found.stdout)["n"] == 8


@pytest.fixture
def asked(tmp_path):
    """Files of articles and of questions about them."""
    names = ("refund", "parcel", "invoice")
    articles = [{"id": name, "title": name, "body": f"All about the {name}."} for name in names]
    questions = [
        {"id": f"{n} {w}", "text": f"{w} {n}", "article_ids": [n]} for n in names for w in ("about", "any", "my")
    ]
    for file, rows in (("articles.jsonl", articles), ("questions.jsonl", questions)):
        (tmp_path / file).write_text("\n".join(json.dumps(row) for row in rows))
    return "--articles", tmp_path / "articles.jsonl", "--queries", tmp_path / "questions.jsonl"


def test_answering_alone_is_measured(run, asked):
    """The one JSON object on standard output; a number of reviews that is none is refused by its option."""
    found = run("eval", "answers", *asked, "--splits", 1, "--reviews", "4,9", "--withhold", 0.4, "--json")
    assert [row["reviews"] for row in json.loads(found.stdout)["by_reviews"]] == [4, 9]
    assert "--reviews" in run("eval", "answers", *asked, "--reviews", "nan", ok=False).stderr


def test_suspension_is_measured(run):
    """The one JSON object on standard output."""
    found = run("eval", "suspension", "--courses", 2, "--audits", 50, "--json")
    assert json.loads(found.stdout)["courses"] == 2


def test_an_embedder_that_is_not_there(run, labelled, monkeypatch, tmp_path):
    """Without its model an evaluation ends with one plain line."""
    monkeypatch.setenv("ANSWERABLE_EMBEDDER", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = run("eval", "categories", "--train", labelled, "--test", labelled, ok=False)
    assert (found.exit_code, type(found.exception)) == (1, SystemExit)
    assert "No text can be embedded" in found.stderr


def test_importing_a_site_and_keeping_it_as_a_source(run, stored, tmp_path):
    """A site is imported by its sitemap, listed as a source and read again by number; a private one needs a word."""
    with website() as site:
        site.page("/a", "A", "Words of the page.")
        site.sitemap("/a")
        assert "private network" in failure(run("import", "site", site.address, ok=False))
        first = json.loads(run("import", "site", site.address, "--allow-private", "--json").stdout)
        assert (first["added"], first["indexed"], first["refused"]) == (1, 1, 0)
        (source,) = json.loads(run("source", "list", "--json").stdout)
        assert (source["address"], source["every_hours"]) == (f"{site.address}/", None)
        assert run("source", "add", "site", site.address, "--every-hours", 6, "--allow-private").stdout.strip() == "1"
        assert json.loads(run("source", "sync", 1, "--json").stdout)["same"] == 1
        assert json.loads(run("source", "sync", 1, "--withdraw", "--json").stdout) == {"withdrawn": 0}
        assert "every 6 h" in run("source", "list").stdout
    assert "no source 9" in failure(run("source", "sync", 9, ok=False))


def test_importing_answers(run, tmp_path):
    """A file of questions and answers becomes drafts, with the refused rows told."""
    lines = write_lines(tmp_path / "a.jsonl", {"question": "How?", "answer": "So."}, {"question": "x"})
    shown = run("import", "answers", lines).stdout
    assert "a.jsonl:2: needs question and answer" in shown
