"""Exports of Zendesk Guide and Chatwoot as their APIs answer."""

import json

import pytest

from knowledge.found import FoundArticle, GoneArticle
from knowledge.importers import examine

ZENDESK = {
    "articles": [
        {
            "id": 360001, "title": "Refunds", "body": "<h2>When</h2><p>Within 5 days.</p>", "locale": "en-us",
            "draft": False, "section_id": 7, "user_segment_id": None,
        },
        {"id": 360002, "title": "Neu", "body": "<p>Text</p>", "locale": "de", "draft": True, "user_segment_id": 12},
        {"id": 360003, "title": "Empty", "body": None, "locale": "en-us"},
        {"id": None}, "x",
    ],
    "sections": [{"id": 7, "name": "Money"}],
    "next_page": None,
}  # fmt: skip
CHATWOOT = {
    "payload": [
        {
            "id": 5, "title": "Returns", "content": "Send it **back**.", "status": "published",
            "category": {"name": "Orders", "locale": "pt_BR"},
        },
        {"id": 6, "title": "Soon", "content": "Words", "status": 0, "category": {}},
        {"id": 7, "title": "Old", "content": "Words", "status": "archived"},
    ],
    "meta": {"articles_count": 3},
}  # fmt: skip


@pytest.fixture
def exported(tmp_path):
    """Examines a document as a file."""

    def look(document):
        path = tmp_path / "export.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        found = list(examine([path]))
        return [x.article for x in found if isinstance(x, FoundArticle)], [
            x.id if isinstance(x, GoneArticle) else x.problem for x in found if not isinstance(x, FoundArticle)
        ]

    return look


def test_zendesk(exported):
    """HTML becomes text, drafts stay drafts, what only some may see is internal, sections are categories."""
    (first, second), problems = exported(ZENDESK)
    assert (first.id, first.body, first.language) == ("zendesk-360001-en-us", "## When\n\nWithin 5 days.", "en-us")
    assert (first.visibility, first.status, first.category) == ("public", "published", "Money")
    assert (second.visibility, second.status, second.category) == ("internal", "draft", None)
    assert problems == ["is missing (article 360003)", "is missing", "an article is not an object"]


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({}, "public"),
        ({"user_segment_id": None, "user_segment_ids": []}, "public"),
        ({"user_segment_id": None, "user_segment_ids": None}, "public"),
        ({"user_segment_id": 12}, "internal"),
        ({"user_segment_id": 0}, "internal"),
        ({"user_segment_id": None, "user_segment_ids": [12, 13]}, "internal"),
        ({"user_segment_ids": "12"}, "internal"),
        ({"user_segment_ids": {}}, "internal"),
    ],
)
def test_zendesk_restricts(exported, fields, visibility):
    """Whatever restricts an article, by one segment, by several or in a way unknown here, makes it internal."""
    (found,), _ = exported({"articles": [{"id": 1, "title": "T", "body": "<p>Words</p>", **fields}]})
    assert found.visibility == visibility


def test_chatwoot(exported):
    """Markdown stays; numbers of states are understood; archived articles are gone."""
    (first, second), problems = exported(CHATWOOT)
    assert (first.id, first.body, first.category, first.language) == (
        "chatwoot-5", "Send it **back**.", "Orders", "pt-br",
    )  # fmt: skip
    assert (second.status, second.language) == ("draft", "en")
    assert problems == ["chatwoot-7"]


def test_pages_of_an_export(exported):
    """A list of pages is one export."""
    articles, _ = exported([ZENDESK, CHATWOOT])
    assert len(articles) == 4


@pytest.mark.parametrize(
    "document", ["", "{", "[]", "{}", "5", "[5]", '{"articles": {}}', "[" * 100_000, '{"a": "\\ud800"}']
)
def test_what_is_no_export(exported, document):
    """One clear problem."""
    articles, problems = exported(document)
    assert (articles, len(problems)) == ([], 1)
