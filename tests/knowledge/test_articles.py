"""What a valid article is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import MAX_BODY, Article, ArticleError


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": " a"}, "id"),
        ({"id": "a\x00b"}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"body": "\x00\n"}, "body"),
        ({"body": "x" * (MAX_BODY + 1)}, "body"),
        ({"body": None}, "body"),
        ({"language": "english!"}, "language"),
        ({"visibility": "secret"}, "visibility"),
        ({"category": ""}, "category"),
        ({"category": 3}, "category"),
    ],
)
def test_a_broken_rule_names_its_field(changes, field):
    """Each broken rule raises an error that names the offending field."""
    with pytest.raises(ArticleError, match=f"^{field}: ") as caught:
        Article(**({"id": "a", "title": "T", "body": "B"} | changes))
    assert caught.value.field == field


def test_control_characters_are_dropped():
    """NUL bytes, lone surrogates and foreign line ends do not survive in title and body."""
    article = Article("a", "A\x00\n title", "one\r\ntwo\x00\ud800\rthree")
    assert (article.title, article.body) == ("A title", "one\ntwo\nthree")


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_makes_an_article_or_a_named_error(title, body):
    """Whatever the text, the result can be stored as UTF-8 or the error names title or body."""
    try:
        article = Article("a", title, body)
    except ArticleError as error:
        assert error.field in {"title", "body"}  # noqa: PT017
    else:
        assert "\x00" not in (article.title + article.body).encode().decode()
