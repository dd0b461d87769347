"""Smaller parts of the service: accounts, settings in force, the knowledge base, drafts, wiring, loops, fakes."""

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from copilot import accounts, configuration
from copilot.asking import Pen, Question
from copilot.channels.api import ApiTransport
from copilot.channels.folder import FolderTransport
from copilot.channels.webhook import WebhookTransport
from copilot.confidence import NAMES, Evidence, length_score, prior
from copilot.courtesy import phrases
from copilot.drafting import write
from copilot.errors import Conflict, Invalid, NotFound, Unavailable
from copilot.excerpts import LONGEST
from copilot.fakes import HashEmbedder, ManualTime, MemoryIndex, RecordingTransport, ScriptedModel
from copilot.grounding import check
from copilot.knowledge_base import new_article, withdraw_article
from copilot.plaintext import plain
from copilot.settings import Settings
from copilot.store import configuration as documents
from copilot.timesource import system_time
from copilot.voice import Voice
from copilot.wiring import language_model, transport_of
from copilot.worker import Worker
from knowledge.articles import Article
from knowledge.passages import split
from knowledge.retrieval import Match
from tests.builders import CATEGORIES, Desk, make_services, row_counts


def test_accounts_hold_only_hashes(desk, now):
    """Neither a password nor a key stands in the database as it is."""
    key = desk.key("agent")
    user = desk.do(lambda s: accounts.create_user(s, "Sam@Example.com", "Sam", "agent", "correct horse", now()))
    assert "correct horse" not in user.password_hash
    assert user.email == "sam@example.com"
    assert key not in accounts.digest(key)
    with pytest.raises(Conflict):
        desk.do(lambda s: accounts.create_user(s, "sam@example.com", "Sam", "agent", "correct horse", now()))
    with pytest.raises(Invalid) as caught:
        desk.do(lambda s: accounts.create_key(s, "x", "king", now()))
    assert caught.value.field == "role"


@pytest.mark.parametrize(
    ("email", "password", "right"),
    [
        ("sam@example.com", "correct horse", True),
        (" SAM@example.com ", "correct horse", True),
        ("sam@example.com", "wrong horse", False),
        ("nobody@example.com", "correct horse", False),
        ("a\x00b", "\u202e\x00", False),
        ("x" * 10_000, "y" * 100_000, False),
    ],
)
def test_signing_in(desk, now, email, password, right):
    """Only the right password of an active person is accepted, and no text crashes the check."""
    user = desk.do(lambda s: accounts.create_user(s, "sam@example.com", "Sam", "agent", "correct horse", now()))
    assert (desk.do(lambda s: accounts.verified(s, email, password)) is not None) == right
    desk.do(lambda s: accounts.set_active(s, user.id, active=False, now=now(), by="test"))
    assert desk.do(lambda s: accounts.verified(s, email, password)) is None


def test_a_document_has_versions(desk):
    """Each save is a new version in force; earlier ones stay; what is the same for everybody is parsed once."""
    first = desk.configure("rules", [])
    second = desk.configure("rules", [{"name": "r", "when": {}, "then": {"set_priority": "high"}}])
    assert second == first + 1
    cache = configuration.ConfigurationCache()
    with desk.services.db.read() as session:
        current = cache.current(session)
        assert [rule.name for rule in current.rules] == ["r"]
        assert cache.current(session) is current
        assert documents.at_version(session, "rules", first).content == []
        with pytest.raises(NotFound):
            documents.at_version(session, "rules", 99)


def test_defaults_are_valid_documents(services):
    """What is in force before anybody set anything passes its own checks."""
    with services.db.read() as session:
        for kind in configuration.KINDS:
            configuration.check(session, kind, configuration.content(session, kind))


def test_a_running_ticket_keeps_its_promise(desk, now):
    """New policies hold for new tickets; a ticket that is under way keeps the version it was promised under."""
    old = desk.open()
    desk.process()
    document = {**configuration.DEFAULT_POLICIES}
    desk.configure("policies", document)
    new = desk.open(email="b@example.com")
    desk.process()
    assert (desk.ticket(old).policy_name, desk.ticket(new).policy_name) == ("Round the clock", "Default")
    desk.write(old, "And?")
    desk.process()
    assert desk.ticket(old).policy_name == "Round the clock"


def test_the_knowledge_base_follows_the_articles(desk):
    """An article is found once indexed, found as edited after an edit, and gone when withdrawn."""
    knowledge = desk.services.knowledge
    desk.article("skis", "Waxing skis", "Wax skis with a warm iron.")
    assert knowledge.sync() == 1
    knowledge.refresh()
    assert knowledge.search_text("waxing skis", 1, "public").matches[0].passage.article_id == "skis"
    desk.article("skis", "Snowshoes", "Strap on snowshoes.")
    knowledge.sync()
    desk.now.advance(seconds=1)
    desk.do(lambda s: withdraw_article(s, "skis", desk.now(), "test"))
    knowledge.sync()
    knowledge.refresh()
    found = knowledge.search_text("snowshoes", 5, "all").matches
    assert "skis" not in {match.passage.article_id for match in found}
    assert knowledge.sync() == 0


def test_internal_articles_are_for_agents(desk):
    """The public search never sees them, the agents' search does, and no draft quotes them."""
    desk.article("secret", "Refund secrets", "When do I get my refund? Waive the refund fee.", visibility="internal")
    desk.services.knowledge.sync()
    desk.services.knowledge.refresh()
    assert "secret" not in ids(desk.services.knowledge.search_text("refund secrets fee", 9, "public"))
    assert "secret" in ids(desk.services.knowledge.search_text("refund secrets fee", 9, "all"))
    ticket_id = desk.open("When do I get my refund? Refund fee?")
    desk.process()
    draft = desk.draft(ticket_id)
    assert draft is None or "secret" not in {citation["article_id"] for citation in draft.citations}


def ids(found):
    return {match.passage.article_id for match in found.matches}


paragraphs = st.lists(
    st.sampled_from(
        [
            "# A heading",
            "Wax the boots well. Then let them dry.",
            "- one item\n- another item",
            "It costs €5.",
            "**Never** wash.",
        ]
    ),
    min_size=1,
    max_size=12,
).map("\n\n".join)


@settings(deadline=None)  # the first check of a language reads its tables
@given(paragraphs, st.text(max_size=60), st.sampled_from(["en", "fr", "de", "es"]))
def test_an_extractive_draft_is_always_grounded(body, asked, language):
    """Whatever the article and the question, every sentence is quoted or a courtesy, and no quote is endless."""
    article = Article("a", "Title", body, language)
    matches = [Match(passage, 1.0, 1.0, 1.0) for passage in split(article)]
    draft = write(Question(asked, language, "Kim Doe"), matches, {"a": language}, None, Voice("Support"))
    sources = [(match.passage.id, plain(match.passage.text)) for match in matches]
    findings = check(draft.body, sources, phrases(language, "Kim Doe", "Support"))
    assert findings.unsupported == []
    assert findings.unsupported_facts == ()
    assert all(len(quote.text) <= max(LONGEST, len(body)) for quote in draft.quotes)


@settings(deadline=None)  # the first check of a language reads its tables
@given(st.lists(st.integers(1, 4), max_size=6))
def test_a_chosen_draft_is_always_grounded(numbers):
    """Whatever sentences a model picks in whatever order, the draft quotes them and nothing else."""
    article = Article("a", "Boots", "Wax the boots. Dry them well.\n\nIt costs €5. Ask us.")
    matches = [Match(passage, 1.0, 1.0, 1.0) for passage in split(article)]
    draft = write(Question("How?", "en", None), matches, {"a": "en"}, Pen(ScriptedModel(numbers)), Voice("Support"))
    findings = check(
        draft.body, [(m.passage.id, plain(m.passage.text)) for m in matches], phrases("en", None, "Support")
    )
    assert (findings.unsupported, findings.unsupported_facts) == ([], ())
    assert (draft.problem is None) == bool(numbers)


shares = st.floats(0, 1)
evidences = st.builds(Evidence, **dict.fromkeys(NAMES, shares))


@given(evidences, st.sampled_from(NAMES), shares)
def test_confidence_is_a_probability_and_more_evidence_never_lowers_it(evidence, name, value):
    """Every input pulls in its own direction only."""
    from dataclasses import replace

    changed = replace(evidence, **{name: max(value, getattr(evidence, name))})
    assert 0 < prior(evidence) <= prior(changed) < 1


@given(st.integers(0, 10**7))
def test_a_length_scores_between_nothing_and_one(characters):
    """Readable replies score 1."""
    assert 0 <= length_score(characters) <= 1
    assert length_score(150) == length_score(1_500) == 1


def settings(tmp_path, **values):
    return Settings(_env_file=None, data_dir=tmp_path, **values)


def test_how_replies_leave(tmp_path):
    """A webhook if there is one, else files if there is a folder, else the API; a webhook needs its secret."""
    assert isinstance(transport_of(settings(tmp_path), system_time), ApiTransport)
    assert isinstance(transport_of(settings(tmp_path, outbox_dir=tmp_path), system_time), FolderTransport)
    hook = {"webhook_url": "http://127.0.0.1/", "webhook_secret": SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}
    made = transport_of(settings(tmp_path, **hook), system_time)
    assert isinstance(made, WebhookTransport)
    made.http.close()
    with pytest.raises(Unavailable, match="ANSWERABLE_WEBHOOK_SECRET"):
        transport_of(settings(tmp_path, webhook_url="http://127.0.0.1/"), system_time)


def test_without_a_model_name_nobody_is_asked(tmp_path):
    """No language model is the default; a key stays a secret in every printed form."""
    assert language_model(settings(tmp_path)) is None
    assert "sk-secret" not in repr(settings(tmp_path, openai_api_key=SecretStr("sk-secret")))


def test_the_data_folder_is_private(tmp_path, now):
    """Only the owner may look into the folder that the service makes."""
    services = make_services(tmp_path / "deep" / "data", now)
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o077 == 0
    services.close()


def test_a_fresh_database_is_empty_and_a_second_start_changes_nothing(tmp_path, now):
    """Migrating twice is migrating once."""
    services = make_services(tmp_path / "d", now)
    before = row_counts(services.db)
    services.close()
    again = make_services(tmp_path / "d", now)
    assert row_counts(again.db) == before
    again.close()


def test_a_worker_goes_on_after_a_failure():
    """A step that fails pauses and is tried again; stopping waits for the loops and may be repeated."""
    calls, enough = [], threading.Event()

    def step():
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("a bug")
        enough.set()
        return 0

    worker = Worker({"step": step}, 0.001)
    worker.start()
    assert enough.wait(5)
    worker.stop()
    count = len(calls)
    worker.stop()
    assert len(calls) == count >= 2


def test_time_moved_by_hand():
    """It stands still, moves as told, and never backwards; a start without a zone is refused."""
    now = ManualTime()
    assert now() == now()
    assert now.advance(minutes=5) - ManualTime()() == timedelta(minutes=5)
    with pytest.raises(ValueError, match="backwards"):
        now.advance(seconds=-1)
    with pytest.raises(ValueError, match="start"):
        ManualTime(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of this test


def test_the_system_clock_is_aware():
    """The one place that reads the wall clock gives UTC."""
    assert system_time().utcoffset() == timedelta(0)


def test_the_builders_build_over_fakes(services):
    """No test of the service touches a model, a network or a folder but its own."""
    assert isinstance(services.embedder, HashEmbedder)
    assert isinstance(services.knowledge.index, MemoryIndex)
    assert isinstance(services.transport, RecordingTransport)
    assert Desk(services, ManualTime()).seed("categories").configure("categories", CATEGORIES) == 2


@pytest.mark.parametrize(("field", "changes"), [("title", {"title": ""}), ("language", {"language": "?"})])
def test_an_article_error_names_its_field(field, changes):
    """A room's error becomes the service's own, with the field."""
    with pytest.raises(Invalid) as caught:
        new_article(**{"id": "a", "title": "T", "body": "B", **changes})
    assert caught.value.field == field
