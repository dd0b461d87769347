"""Which articles answer a query."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.fakes import HashEmbedder, MemoryIndex
from knowledge.articles import Article
from knowledge.embedding import LIKENESS, Likeness
from knowledge.lexical import LexicalIndex
from knowledge.passages import embedding_text, split
from knowledge.ranker import BUILT_IN, FEATURES, Ranker
from knowledge.retrieval import DENSE_HITS, ArticleTags, Only, Retriever

ARTICLES = [
    Article("refund", "Refunds", "A refund takes five days. It goes back to your card."),
    Article(
        "parcel", "Late parcels", "A parcel is late after ten days. Write to us then.\n\n" + "Parcels travel. " * 60
    ),
    Article("invoice", "Invoices", "Download an invoice from your account page."),
    Article("margins", "Margins", "Refund margins are for staff.", visibility="internal"),
]
EMBEDDER = HashEmbedder()


def built(articles=ARTICLES, ranker=None):
    index, every = MemoryIndex(), []
    for article in articles:
        passages = split(article)
        index.upsert(passages, EMBEDDER.encode([embedding_text(p) for p in passages]), article.visibility)
        every += passages
    internal = {article.id for article in articles if article.visibility == "internal"}
    tags = {article.id: ArticleTags(article.language, article.category) for article in articles}
    return index, Retriever(index, LexicalIndex(every, internal), tags, ranker=ranker)


def ask(retriever, text, **more):
    return retriever.search(text, EMBEDDER.encode([text])[0], **more)


def ids(retrieval):
    return [match.passage.article_id for match in retrieval.matches]


def test_the_answering_article_comes_first():
    """The article that answers is first, each article stands once, and scores fall."""
    _, retriever = built()
    found = ask(retriever, "my parcel is late")
    assert ids(found)[0] == "parcel"
    assert len(ids(found)) == len(set(ids(found)))
    assert [match.score for match in found.matches] == sorted((m.score for m in found.matches), reverse=True)
    assert found.degraded is None
    assert "late" in found.matches[0].passage.text


def test_the_public_never_gets_internal_articles():
    """Internal articles are found for "all" alone, even if the vector index lets one slip."""
    index, retriever = built()
    assert "margins" not in ids(ask(retriever, "refund margins"))
    assert "margins" in ids(ask(retriever, "refund margins", audience="all"))
    passages = split(ARTICLES[3])
    index.upsert(passages, EMBEDDER.encode([embedding_text(passage) for passage in passages]), "public")
    assert "margins" not in ids(ask(retriever, "refund margins"))


TRANSLATED = [
    *ARTICLES,
    Article("refund-fr", "Refunds", "A refund takes five days. It goes back to your card. Merci.", language="fr"),
    Article("cuisine-fr", "Cuisine", "La soupe est servie chaude le soir.", language="fr"),
]


def test_articles_in_the_customers_language_come_first():
    """Between two answers the one in the customer's language is first, and without a language the closer one."""
    _, retriever = built(TRANSLATED)
    assert ids(ask(retriever, "how long does a refund take"))[0] == "refund"
    assert ids(ask(retriever, "how long does a refund take", language="fr"))[0] == "refund-fr"


@pytest.mark.parametrize(("tag", "asked"), [("fr-CA", "fr"), ("FR", "fr"), ("fr", "fr-be")])
def test_a_region_is_no_other_language(tag, asked):
    """An article tagged with a region comes first for a customer of its language, however either is spelled."""
    _, retriever = built(
        [replace(article, language=tag) if article.language == "fr" else article for article in TRANSLATED]
    )
    assert ids(ask(retriever, "how long does a refund take", language=asked))[0] == "refund-fr"


def test_another_language_leads_when_only_it_answers():
    """Where nothing in the customer's language answers, the closest article that does is first all the same."""
    _, retriever = built(TRANSLATED)
    assert ids(ask(retriever, "Download an invoice from your account page.", language="fr"))[0] == "invoice"


def test_a_language_is_not_crowded_out():
    """An article in the customer's language is found however many in another one are closer."""
    words = "refund takes five days goes back card"
    crowd = [Article(f"refund-{number}", words, f"{words} {number}.") for number in range(DENSE_HITS + 10)]
    rare = Article("remboursement", "Remboursement", "Un remboursement arrive sur votre compte.", language="fr")
    _, retriever = built([*crowd, rare])
    found = ask(retriever, f"{words}?", language="fr")
    assert ids(found)[0] == "remboursement"
    assert found.matches[0].dense != 0


MIXED = [
    *(Article(f"refund-{n}", "Refund card days", f"Refund takes days on a card {n}.") for n in range(DENSE_HITS + 9)),
    Article("rates", "Refund rates", "Refund rates for staff.", visibility="internal", category="money"),
    Article("carte", "Carte", "Le remboursement arrive sur la carte (card).", language="fr-CA", category="money"),
    Article("snow", "Snowshoes", "Snowshoes are lent out for days.", category="rental"),
]


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (Only(visibility="internal"), {"rates"}),
        (Only(language="fr"), {"carte"}),
        (Only(language="fr-fr", visibility="public"), {"carte"}),
        (Only(category="money"), {"rates", "carte"}),
        (Only(category="rental"), {"snow"}),
        (Only(category="money", visibility="public"), {"carte"}),
        (Only(category="never"), set()),
        (Only(language="de"), set()),
    ],
)
def test_a_narrowed_search_finds_nothing_else(only, expected):
    """Visibility, language and category leave all others out, and what fits is found by meaning although more than the
    first hits are about something else."""
    _, retriever = built(MIXED)
    found = ask(retriever, "refund card days", audience="all", only=only)
    assert set(ids(found)) == expected
    assert found.degraded is None
    assert all(match.dense != 0 for match in found.matches)
    assert set(ids(ask(retriever, "refund rates staff", only=only))) == expected - {"rates"}


def test_a_narrowed_search_ranks_as_the_whole_one_does():
    """Narrowing to what all have changes nothing."""
    _, retriever = built(MIXED)
    whole, narrowed = (ask(retriever, "refund card", limit=8, only=only) for only in (None, Only(visibility="public")))
    assert whole == narrowed


def test_similarities_of_another_model_are_read_on_the_scale_of_the_default_one():
    """A model whose cosines all lie close together finds and trusts what the same vectors do on the usual scale."""
    index, usual = built()

    class Squeezed:
        """The same hits, with cosines between .7 and .9 as some models have."""

        fingerprint = index.fingerprint

        def search(self, vector, limit, audience):
            return [hit._replace(score=0.7 + 0.2 * hit.score) for hit in index.search(vector, limit, audience)]

    passages = [passage for article in ARTICLES for passage in split(article)]
    scale = Likeness(0.7 + 0.2 * LIKENESS.unrelated, 0.7 + 0.2 * LIKENESS.related)
    squeezed = Retriever(Squeezed(), LexicalIndex(passages, {"margins"}), likeness=scale)
    for query in ("my parcel is late", "download an invoice", "violin lessons"):
        plain, read = ask(usual, query), ask(squeezed, query)
        assert ids(read) == ids(plain)
        assert read.answerable == pytest.approx(plain.answerable, abs=1e-6)
        assert read.matches[0].dense == pytest.approx(plain.matches[0].dense, abs=1e-6)


def test_a_learned_order_weighs_what_the_built_in_one_leaves_out():
    """An order that heeds category and acceptance puts such an article first; scores and signs are told with it."""
    twins = [Article(name, "Refunds", "A refund takes five days.", category=name) for name in ("a", "b", "c")]
    _, plain = built(twins)
    assert ids(ask(plain, "how long does a refund take", category="b"))[0] == "a"
    _, heeding = built(twins, Ranker((*BUILT_IN[:4], 0.2, 0.2), {"c": 0.3}))
    assert ids(ask(heeding, "how long does a refund take", category="b"))[0] == "b"
    found = ask(heeding, "how long does a refund take")
    assert ids(found)[0] == "c"
    assert found.matches[0].score == pytest.approx(sum(
        weight * value for weight, value in zip((*BUILT_IN[:4], 0.2, 0.2), found.matches[0].features, strict=True)
    ))  # fmt: skip
    assert dict(zip(FEATURES, found.matches[0].features, strict=True))["title"] == 1


def test_passages_only_the_vector_index_knows_are_left_out():
    """An article deleted from the knowledge base is not shown although its vectors are still there."""
    index, _ = built()
    kept = [passage for article in ARTICLES[1:3] for passage in split(article)]
    assert set(ids(ask(Retriever(index, LexicalIndex(kept)), "refund"))) <= {"parcel", "invoice"}


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("broken index", "only words were compared: the disk is gone"),
        ("empty index", "the search index is empty"),
        ("no index", "no search index"),
        ("no vector", "no embedding model"),
    ],
)
def test_words_alone_when_there_are_no_vectors(cause, reason):
    """Without a filled vector index or a query vector, words still find the article, and the result says why."""
    index, retriever = built()
    if cause == "broken index":
        index.broken = "the disk is gone"
    elif cause == "empty index":
        index.remove_articles(index.article_ids())
    elif cause == "no index":
        retriever = Retriever(None, LexicalIndex([passage for article in ARTICLES for passage in split(article)]))
    query = "how do I download an invoice"
    found = retriever.search(query, None if cause == "no vector" else EMBEDDER.encode([query])[0])
    assert ids(found) == ["invoice"]
    assert found.degraded.startswith(reason)
    assert found.matches[0].dense == 0


def test_a_clear_answer_is_more_answerable_than_none():
    """A query that one article answers scores higher than one about something else."""
    _, retriever = built()
    clear, none = ask(retriever, "download an invoice from the account page"), ask(retriever, "violin lessons")
    assert clear.answerable > 0.5 > none.answerable
    assert clear.margin > none.margin


def test_an_empty_knowledge_base_answers_nothing():
    """Without articles there is no match, no margin and no answer."""
    found = ask(Retriever(MemoryIndex(), LexicalIndex()), "refund")
    assert (found.matches, found.margin, found.answerable) == ((), 0, 0)


@settings(max_examples=50)
@given(st.text(max_size=80), st.integers(1, 3))
def test_any_query_is_answered(text, limit):
    """Whatever the text, at most `limit` articles come back and `answerable` is a probability."""
    _, retriever = built()
    found = ask(retriever, text, limit=limit)
    assert len(found.matches) <= limit
    assert 0 <= found.answerable <= 1
    assert found.margin >= 0


def test_words_find_most_articles_of_a_real_knowledge_base():
    """On real FAQ questions the words alone find the right article among the first five nine times in ten."""
    folder = Path(os.environ.get("ANSWERABLE_SHARED_DATA", Path(__file__).parents[3] / "shared/data")) / "knowledge"
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    rows = [json.loads(line) for line in (folder / "stackfaq_articles.jsonl").read_text().splitlines()]
    articles = [Article(row["id"], row["title"], "\n\n".join(row["answers"])) for row in rows]
    retriever = Retriever(MemoryIndex(), LexicalIndex([passage for article in articles for passage in split(article)]))
    questions = [json.loads(line) for line in (folder / "stackfaq_queries_dev.jsonl").read_text().splitlines()]
    right = [question["article_ids"][0] in ids(retriever.search(question["text"], None)) for question in questions]
    assert sum(right) / len(right) > 0.9
