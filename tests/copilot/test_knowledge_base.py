"""Articles in SQL and what searches see of them."""

from datetime import timedelta

import pytest

from copilot import indexing
from copilot.cutting import CLEANED, article_hash, passage_of
from copilot.errors import NotFound
from copilot.knowledge_base import new_article, save_article, withdraw_article
from copilot.settings import Settings
from copilot.store import articles
from copilot.store.tables import PassageRow
from copilot.wiring import LEASE_FOR_DRAFTS, batch_size
from knowledge.articles import Article
from knowledge.passages import CUT


def found(desk, text):
    knowledge = desk.services.knowledge
    while knowledge.sync():
        pass
    knowledge.refresh()
    return [match.passage.text for match in knowledge.search_text(text, 3, "public").matches]


def test_an_edit_is_seen_although_the_clock_was_set_back(desk, now):
    """A search shows the newest text of an article even when its edit bears an earlier time than the one before."""
    desk.article("shoes", "Shoes", "Shoes are repaired in Lyon.")
    assert "Lyon" in found(desk, "where are shoes repaired")[0]
    edited = new_article("shoes", "Shoes", "Shoes are repaired in Grenoble.")
    desk.do(lambda session: save_article(session, edited, now() - timedelta(hours=1), "test"))
    assert "Grenoble" in found(desk, "where are shoes repaired")[0]


def test_a_withdrawn_article_is_found_no_more(desk):
    """Once withdrawn, an article is neither searched nor read, and its row remains as history."""
    desk.article("shoes", "Shoes", "Shoes are repaired in Lyon.")
    assert found(desk, "where are shoes repaired")
    desk.do(lambda session: withdraw_article(session, "shoes", desk.now(), "test"))
    assert not any("Lyon" in text for text in found(desk, "where are shoes repaired"))
    assert desk.services.knowledge.facts_of(["shoes", "never-there"]) == {}
    with pytest.raises(NotFound):
        desk.do(lambda session: articles.find(session, "shoes"))
    assert desk.do(lambda session: articles.get(session, "shoes")).status == "withdrawn"


def test_passages_of_an_earlier_version_are_cut_anew(desk):
    """An article whose passages were cut by other rules is cut and indexed anew by itself, and searches see it."""
    desk.article("shoes", "Shoes", "# Shops\n## Lyon\nShoes are repaired on Mondays.")
    assert found(desk, "shoes repaired")
    held = desk.services.knowledge.index.count()

    def as_before(session):
        row = articles.find(session, "shoes")
        row.cut = 1
        old = PassageRow(id="shoes#0-old", article_id="shoes", ordinal=0, start=0, end=7, heading="", text="# Shops")
        articles.replace_passages(session, ["shoes"], [old])

    desk.do(as_before)
    assert desk.services.knowledge.progress().waiting == 1
    assert "Mondays" in found(desk, "shoes repaired")[0]
    assert desk.services.knowledge.progress().waiting == 0
    assert desk.services.knowledge.index.count() == held
    assert desk.do(lambda session: articles.find(session, "shoes")).cut == CUT


def test_stored_articles_lose_what_is_hidden_in_them(desk):
    """Text that an earlier version kept though no reader sees it is taken out by itself, with a revision that says so;
    an article of which nothing is left becomes a draft."""
    desk.article("shoes", "Shoes", "Shoes are repaired in Lyon.")
    desk.article("nothing", "Nothing", "Shoes are mended somewhere.")
    desk.article("boots", "Boots", "Boots are waxed.")
    assert found(desk, "shoes repaired")
    held = desk.do(lambda session: articles.find(session, "boots")).indexed_hash

    def as_before(session):
        for name, body in (
            ("shoes", "Shoes are <!-- never --> repaired in Lyon."),
            ("nothing", "<b hidden>secret</b>"),
        ):
            row = articles.find(session, name)
            row.body, row.cut = body, 2
        articles.find(session, "boots").cut = 2

    desk.do(as_before)
    assert found(desk, "shoes repaired")[0] == "Shoes are  repaired in Lyon."
    shoes = desk.do(lambda session: articles.find(session, "shoes"))
    assert (shoes.body, shoes.cut) == ("Shoes are  repaired in Lyon.", CUT)
    assert shoes.content_hash == article_hash(Article("shoes", "Shoes", shoes.body))
    assert desk.do(lambda session: articles.revisions(session, "shoes", 1))[0].origin == CLEANED
    assert desk.do(lambda session: articles.find(session, "nothing")).status == "draft"
    assert "nothing" not in desk.services.knowledge.index.article_ids()
    boots = desk.do(lambda session: articles.find(session, "boots"))
    assert (boots.cut, boots.indexed_hash) == (CUT, held)


def test_passages_cut_anew_are_embedded_anew(desk):
    """Where the rules of cutting change an article's passages, the index gets the new ones."""
    desk.article("shoes", "Shoes", "# Shops\n## Lyon\nShoes are repaired on Mondays.")
    found(desk, "shoes repaired")

    def as_before(session):
        articles.find(session, "shoes").cut = 1
        old = PassageRow(id="shoes#0-old", article_id="shoes", ordinal=0, start=0, end=7, heading="", text="# Shops")
        articles.replace_passages(session, ["shoes"], [old])
        return passage_of(old, articles.find(session, "shoes"))

    index = desk.services.knowledge.index
    index.upsert([desk.do(as_before)], index.vectors_of("shoes")[next(iter(index.vectors_of("shoes")))][None])
    assert found(desk, "shoes repaired")
    names = desk.do(lambda session: [row.id for row in articles.passages_of(session, ["shoes"])])
    assert set(index.vectors_of("shoes")) == set(names)


def test_huge_articles_are_indexed_a_few_at_a_time(desk, monkeypatch):
    """No more passages are embedded together than fit, however large the articles, and none is left out."""
    monkeypatch.setattr(indexing, "SYNC_PASSAGES", 10)
    for name in ("a", "b", "c"):
        desk.article(name, name, "\n\n".join(f"Paragraph {number}. {'word ' * 80}" for number in range(6)))
    assert [desk.services.knowledge.sync() for _ in range(4)] == [1, 1, 1, 0]
    assert desk.services.knowledge.progress().waiting == 0


def test_a_slow_model_gets_no_more_tickets_than_fit_into_the_lease(tmp_path):
    """With a language model the batch is bounded by lease and deadline, without one it is as configured."""
    given = {"llm_model": "m", "llm_deadline_seconds": 20, "llm_concurrency": 3, "_env_file": None}
    bounded = Settings(data_dir=tmp_path, lease_seconds=2 * 20 / LEASE_FOR_DRAFTS, **given)
    assert batch_size(bounded) == 2 * 3
    assert batch_size(Settings(data_dir=tmp_path, batch_size=7, _env_file=None)) == 7
