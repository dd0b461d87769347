"""The page of the send checks: caps, lists, words by topic and planted tokens, each saved as a new version."""

import pytest

PAGE = "/admin/checks"


@pytest.fixture
def page(signed_in):
    """Reads and posts as an admin."""
    return signed_in("admin")


def autonomy(desk):
    from copilot import configuration

    return desk.do(configuration.autonomy_in_force)


def test_the_shipped_list_is_shown(page):
    """What is in force before anybody set anything stands on the page, with what has been used of the caps."""
    text = page.get(PAGE).text
    for words in ("Legal matters", "lawyer", "chargeback", "vip", "Refunds", "Used: 0 this hour, 0 today"):
        assert words in text


def test_caps_of_one_category(page, desk):
    """Saved caps count, the other settings of the category stay."""
    desk.automate("refund", threshold=0.7)
    answer = page.post(f"{PAGE}/caps", data={"category": "refund", "per_hour": "5", "per_day": "20"})
    assert "Saved." in answer.text
    row = autonomy(desk).of("refund")
    assert (row.mode, row.threshold, row.per_hour, row.per_day) == ("auto", 0.7, 5, 20)


@pytest.mark.parametrize(
    "form",
    [
        {"category": "refund", "per_hour": "-1", "per_day": "5"},
        {"category": "refund", "per_hour": "1e9", "per_day": "5"},
        {"category": "refund", "per_hour": "5", "per_day": "999999999"},
        {"category": "unheard-of", "per_hour": "5", "per_day": "5"},
    ],
)
def test_caps_that_make_no_sense(page, desk, form):
    """They are refused with a reason, and nothing is stored."""
    answer = page.post(f"{PAGE}/caps", data=form)
    assert answer.status_code == 422
    assert "Nothing was saved." in answer.text
    assert autonomy(desk).of("refund").per_hour == 200


def test_languages_that_are_answered_automatically(page, desk):
    """Ticked ones are enabled, the four whose edits are known from the start; none ticked means people answer all."""
    shown = page.get(PAGE).text
    for code, on in (("en", True), ("de", True), ("fr", True), ("es", True), ("it", False), ("pl", False)):
        assert f'name="languages" value="{code}"{" checked" if on else ""}>' in shown
    for ticked, kept in (({"languages": ["de", "it"]}, ("de", "it")), ({"languages": "fr"}, ("fr",)), ({}, ())):
        assert "Saved." in page.post(f"{PAGE}/languages", data=ticked).text
        assert autonomy(desk).languages == kept
    assert page.post(f"{PAGE}/languages", data={"languages": "tlh"}).status_code == 422
    assert autonomy(desk).languages == ()


def test_lists_and_planted_tokens(page, desk):
    """One entry a line; a box that is not ticked is off, one alone is one."""
    form = {"segments": "press\r\n\r\nvip", "person": "call me", "canaries": "Blue-Heron-42", "categories": "refund"}
    assert "Saved." in page.post(f"{PAGE}/lists", data=form).text
    found = autonomy(desk)
    assert (found.risk.segments, found.risk.person, found.canaries) == (
        ("press", "vip"),
        ("call me",),
        ("Blue-Heron-42",),
    )
    assert (found.risk.categories, found.risk.sentiments, found.risk.signals) == (("refund",), (), ())
    both = {**form, "sentiments": ["negative", "very negative"]}
    page.post(f"{PAGE}/lists", data=both)
    assert autonomy(desk).risk.sentiments == ("negative", "very negative")
    short = page.post(f"{PAGE}/lists", data={**form, "canaries": "abc"})
    assert (short.status_code, autonomy(desk).canaries) == (422, ("Blue-Heron-42",))


def test_words_by_topic(page, desk):
    """A topic is added, changed and, without words, taken away; the others stay."""
    page.post(f"{PAGE}/terms", data={"topic": "wholesale", "words": "bulk order*\nreseller"})
    terms = dict(autonomy(desk).risk.terms)
    assert (terms["wholesale"], "lawyer" in terms["legal matters"]) == (("bulk order*", "reseller"), True)
    page.post(f"{PAGE}/terms", data={"topic": "wholesale", "words": " "})
    assert "wholesale" not in dict(autonomy(desk).risk.terms)
    assert page.post(f"{PAGE}/terms", data={"topic": "odd", "words": "!!!"}).status_code == 422
    assert page.post(f"{PAGE}/terms", data={"topic": " ", "words": "word"}).status_code == 422


def test_agents_may_not(signed_in):
    """Only admins see and change the checks."""
    client = signed_in("agent")
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/caps", data={"category": "refund", "per_hour": "1", "per_day": "1"}).status_code == 403
