"""What of a source's word is taken over: nothing that it does not say, and nothing that it only repeats."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.sources.merging import SETTINGS, Word
from copilot.store.tables import ArticleRow
from knowledge.articles import Article

SETTING = st.fixed_dictionaries(
    {
        "language": st.sampled_from(("en", "de")),
        "visibility": st.sampled_from(("public", "internal")),
        "category": st.sampled_from((None, "refund")),
        "status": st.sampled_from(("published", "draft")),
        "valid_until": st.sampled_from((None, date(2026, 12, 31))),
        "owner": st.sampled_from((None, "Kim")),
    }
)
WORDS = st.sampled_from(("Words.", "Other words."))


@st.composite
def words(draw):
    """What a source may say: words, and some of the settings."""
    told = draw(st.sets(st.sampled_from(SETTINGS)))
    settings = {name: value for name, value in draw(SETTING).items() if name in told and value is not None}
    return Word(Article("a", "T", draw(WORDS), **settings), frozenset({"title", "body", *settings}))


def mark_of(word):
    """What is kept of it."""
    return SimpleNamespace(content_hash=word.mark, told=word.told)


def row_of(settings, body, status=None):
    """An article as it stands here."""
    row = ArticleRow(id="a", title="T", body=body, content_hash="", **settings)
    row.status = status or row.status
    return row


@given(words(), st.none() | words(), SETTING, WORDS)
def test_only_what_is_said_anew_is_taken(word, before, settings, body):
    """Each setting is the source's when it tells it, and told something else or nothing before; else it is ours. The
    words are the source's when they changed there; else they are ours."""
    row = row_of(settings, body)
    merged = word.merged(before and mark_of(before), row, row.status)
    for name in SETTINGS:
        said = name in word.fields
        repeated = before is not None and name in before.fields
        repeated = repeated and getattr(before.article, name) == getattr(word.article, name)
        expected = word.article if said and not repeated else row
        assert getattr(merged, name) == getattr(expected, name)
    same_words = before is not None and before.article.body == word.article.body
    assert merged.body == (body if same_words else word.article.body)


@given(words(), SETTING, WORDS)
def test_the_same_word_again_is_known(word, settings, body):
    """It is known, also where only its mark was kept, and would change nothing."""
    mark = mark_of(word)
    assert word.is_known(mark)
    assert word.is_known(SimpleNamespace(content_hash=mark.content_hash, told=None))
    row = row_of(settings, body)
    merged = word.merged(mark, row, row.status)
    assert {name: getattr(merged, name) for name in (*SETTINGS, "body")} == {**settings, "body": body}


@given(words(), st.none() | words(), SETTING)
def test_what_comes_back_as_a_draft_is_one(word, before, settings):
    """Whatever the source says of its status."""
    row = row_of(settings, "Words.", status="withdrawn")
    assert word.merged(before and mark_of(before), row, "draft").status == "draft"


@pytest.mark.parametrize("body", ["", " \n"])
def test_an_article_of_which_nothing_is_left(body):
    """It takes its source's words again, since it has none to keep."""
    word = Word(Article("a", "T", "Words.", status="draft"), frozenset({"title", "body"}))
    assert word.merged(mark_of(word), row_of({"status": "draft"}, body), "draft").body == "Words."
