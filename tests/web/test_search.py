"""Searching the articles, by API and in the sidebar."""

import pytest

from copilot.fakes import MemoryIndex


@pytest.fixture
def filled(desk):
    """Articles of both visibilities, two languages and two categories."""
    money = "## Money by card\nGoodwill for a refund is 5 €."
    desk.article("goodwill", "Goodwill", money, visibility="internal", category="refund")
    desk.article("retour", "Retour refund", "Le refund arrive sous 5 jours.", language="fr-CA", category="shipping")
    while desk.services.knowledge.sync():
        pass
    return desk


@pytest.fixture
def hits(filled, client):
    """Searches by API; returns the hits by article."""

    def search(**params):
        agent = filled.bearer("agent")
        answer = client.get("/api/v1/search", params={"q": "refund", "limit": 50, **params}, headers=agent)
        assert answer.status_code == 200, answer.text
        return {item["article_id"]: item for item in answer.json()["items"]}

    return search


def test_hits_tell_where_they_stand(hits):
    """A hit names its article's visibility, language and category, the headings above it and its place in the body."""
    found = hits()
    goodwill, retour = found["goodwill"], found["retour"]
    assert (goodwill["visibility"], goodwill["category"], goodwill["heading"]) == (
        "internal",
        "refund",
        "Money by card",
    )
    assert goodwill["end"] - goodwill["start"] == len(goodwill["text"])
    assert (retour["visibility"], retour["language"]) == ("public", "fr")
    assert found["refunds"]["category"] is None


@pytest.mark.parametrize(
    ("params", "inside", "outside"),
    [
        ({"visibility": "internal"}, {"goodwill"}, {"refunds", "retour"}),
        ({"visibility": "public"}, {"refunds", "retour"}, {"goodwill"}),
        ({"language": "fr"}, {"retour"}, {"refunds", "goodwill"}),
        ({"category": "refund"}, {"goodwill"}, {"refunds", "retour"}),
        ({"category": "refund", "visibility": "public"}, set(), {"goodwill", "refunds", "retour"}),
        ({"category": "", "language": ""}, {"goodwill", "refunds", "retour"}, set()),
    ],
)
def test_a_search_is_narrowed(hits, params, inside, outside):
    """Visibility, language and category leave all other articles out."""
    found = set(hits(**params))
    assert inside <= found
    assert not outside & found


@pytest.mark.parametrize(("name", "value"), [("visibility", "secret"), ("language", "x" * 41), ("category", "x" * 101)])
def test_a_wrong_filter_is_named(filled, client, name, value):
    """A filter that cannot be is refused, and the answer names it."""
    answer = client.get("/api/v1/search", params={"q": "refund", name: value}, headers=filled.bearer("agent"))
    assert answer.status_code in (400, 422)
    assert name in answer.text


def test_the_filters_are_documented(client):
    """The schema lists the filters of the search."""
    operation = client.get("/schema/openapi.json").json()["paths"]["/api/v1/search"]["get"]
    assert {"q", "limit", "visibility", "language", "category"} <= {row["name"] for row in operation["parameters"]}


def test_the_sidebar_tells_what_retrieval_knows(filled, signed_in):
    """Hits show the headings above them and mark what is internal; the search can be narrowed; a weak one says so."""
    browser = signed_in("agent")
    shown = browser.get("/find", params={"q": "refund goodwill"}).text
    assert "Money by card" in shown
    assert "Internal</span>" in shown
    assert 'name="language"' in shown
    narrow = browser.get("/find", params={"q": "refund", "visibility": "public", "category": "shipping"}).text
    assert "Retour refund" in narrow
    assert "Goodwill for" not in narrow
    assert '<option value="shipping" selected>' in narrow
    assert "Words only" not in narrow
    assert "answers this surely" not in narrow
    unsure = browser.get("/find", params={"q": "what about weekdays, parcels and boots"}).text
    assert "Nothing here answers this surely." in unsure
    assert browser.get("/find", params={"q": "x", "visibility": "secret"}).status_code in (400, 422)


def test_the_sidebar_tells_that_only_words_were_compared(filled, signed_in):
    """While the index cannot be used, the search says that it compared words alone, and why."""
    index = filled.services.knowledge.index
    assert isinstance(index, MemoryIndex)
    index.broken = "the disk is gone"
    shown = signed_in("agent").get("/find", params={"q": "refund"}).text
    assert "Words only: the disk is gone." in shown
