"""How well words match."""

import bm25s
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Article
from knowledge.lexical import K1, B, LexicalIndex, tokens
from knowledge.passages import split


def passages(*bodies):
    return [
        passage for number, body in enumerate(bodies) for passage in split(Article(str(number), f"T{number}", body))
    ]


def test_words_that_count():
    """Case, stop words and plurals do not count; compounds count whole and in parts."""
    assert list(tokens("The Refunds, my orders")) == ["refund", "order"]
    assert list(tokens("Server.xml 8.0")) == ["server", "xml", "server.xml", "8", "0", "8.0"]


def test_rare_words_weigh_more():
    """A passage with the query's rare word scores above those that only share its common word."""
    index = LexicalIndex(passages("parcel late", "parcel lost", "parcel refund", "parcel damaged"))
    assert index.scores("parcel refund").articles.argmax() == 2


def test_internal_articles_score_nothing_for_the_public():
    """What the audience may not see scores 0, by passage and by article."""
    index = LexicalIndex(passages("secret discount", "open discount"), internal={"0"})
    public, everyone = index.scores("discount"), index.scores("discount", "all")
    assert (public.articles[0], public.passages[0]) == (0, 0)
    assert min(public.articles[1], everyone.articles[0], everyone.passages[0]) > 0


def test_an_empty_index_scores_nothing():
    """Without passages there are no scores, and no error."""
    assert len(LexicalIndex().scores("anything").articles) == 0


@given(
    st.lists(
        st.lists(st.sampled_from(["red", "blue", "green", "gold"]), min_size=1, max_size=9), min_size=2, max_size=6
    ),
    st.sets(st.sampled_from(["red", "blue", "green", "gold", "pink"]), min_size=1),
)
def test_scores_are_those_of_a_known_library(bodies, query):
    """Passage scores are those of bm25s with Lucene's formula."""
    made = passages(*(" ".join(words) for words in bodies))
    peer = bm25s.BM25(method="lucene", k1=K1, b=B)
    peer.index([list(tokens(f"{passage.title}\n{passage.text}")) for passage in made], show_progress=False)
    known = sorted(query & set(peer.vocab_dict))
    expected = peer.get_scores(known) if known else [0] * len(made)
    assert LexicalIndex(made).scores(" ".join(query)).passages == pytest.approx(list(expected), abs=1e-4)


@given(st.text(max_size=300))
def test_any_query_is_answered(query):
    """Whatever the query, scores are finite and not negative."""
    scores = LexicalIndex(passages("one two", "three")).scores(query * 50)
    assert (scores.articles >= 0).all()


TEXTS = st.lists(st.sampled_from(["red", "blue", "green", "gold", "8.0.1", "Orders"]), min_size=1, max_size=9)
EDITS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), TEXTS), st.booleans()), min_size=1, max_size=15
)


@given(EDITS, TEXTS)
def test_after_edits_the_scores_are_those_of_a_rebuild(edits, query):
    """Adding, editing, hiding and removing articles gives bit for bit what reading all of them anew gives."""
    index, present, internal = LexicalIndex(), {}, set()
    for name, words, hidden in edits:
        made = [] if words is None else split(Article(name, "Title", " ".join(words)))
        present.pop(name, None)
        internal.discard(name)
        if made:
            present[name] = made
        if hidden:
            internal.add(name)
        index = index.changed([name], made, {name} if hidden else ())
    rebuilt = LexicalIndex([passage for made in present.values() for passage in made], internal)
    assert (index.article_ids, index.passages, index.row_of) == (rebuilt.article_ids, rebuilt.passages, rebuilt.row_of)
    for audience in ("public", "all"):
        left, right = (each.scores(" ".join(query), audience) for each in (index, rebuilt))
        assert left.passages.tolist() == right.passages.tolist()
        assert left.articles.tolist() == right.articles.tolist()
