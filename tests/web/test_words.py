"""Words, sentences and rendered Markdown: what people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import Invalid
from copilot.web import wording
from copilot.web.documents import read
from copilot.web.markdown import AROUND, LONGEST, article_html, article_part
from copilot.web.presenters import percent
from copilot.web.sentences import calendar_view, policy_view, rule_view
from sla.policies import parse_policies
from tests.builders import POLICIES
from triage.rules import parse_rules


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (61, "1 min"),
        (3600, "1 h"),
        (12_000, "3 h 20 min"),
        (90_000, "1 d 1 h"),
        (86_400, "1 d"),
    ],
)
def test_durations_read_naturally(seconds, words):
    """At most two units, none of them zero."""
    assert wording.duration(seconds) == words


@given(st.floats(min_value=0, max_value=1))
def test_certainty_is_never_rounded_up_to(share):
    """100 % is shown for certainty alone, and every share is shown as a whole percentage."""
    assert 0 <= percent(share) <= 100
    assert (percent(share) == 100) == (share >= 1)


def test_a_rule_is_a_sentence():
    """Every condition and every action of a rule finds its words."""
    when = {
        "category": ["refund"], "sentiment": ["negative", "very negative"], "signals": ["angry", "wants_human"],
        "segment": ["vip"], "channel": ["api"], "language": ["fr"], "words": ["lawyer"],
        "waiting_longer_than": "8h", "contacts_at_least": 2,
    }  # fmt: skip
    then = {
        "set_priority": "high", "raise_priority": 1, "add_tags": ["legal", "vip"], "assign_team": "Care",
        "forbid_auto_send": True,
    }  # fmt: skip
    (rule,) = parse_rules([{"name": "All of it", "when": when, "then": then}])
    view = rule_view(rule)
    assert view.condition == (
        "When the category is refund, the mood is negative or very negative, the customer is angry or asks for a "
        "person, the segment is vip, it came by api, it is written in French, it says “lawyer”, it has waited longer "
        "than 8 h and the customer has written at least 2 times,"
    )
    assert view.action == (
        "set the priority to high, raise the priority by 1 step, add the tags legal and vip, hand it to Care and "
        "never answer automatically."
    )


def test_a_rule_without_conditions_always_applies():
    """It says so."""
    (rule,) = parse_rules([{"name": "Any", "when": {}, "then": {"set_priority": "low"}}])
    assert rule_view(rule).condition == "Always"


def test_a_policy_is_a_table():
    """Promise and goal stand in the cells, from urgent to low, with what stops the clock in words."""
    (policy,) = parse_policies(POLICIES)
    view = policy_view(policy)
    assert (view.condition, view.hours) == ("For every other ticket", "around the clock")
    assert view.targets[0].cells[0] == ("1 h", "30 m")
    assert view.counts.endswith("written by a person, approved by a person or sent automatically.")


def test_a_week_joins_neighbouring_days():
    """Days with the same hours stand on one line; holidays and special days are dates in words."""
    hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    document = {
        "timezone": "Europe/Paris", "hours": hours, "holidays": ["2026-12-25"],
        "special_days": {"2026-12-24": [["09:00", "12:00"]]}, "country": "FR",
    }  # fmt: skip
    view = calendar_view("shop", document)
    assert view.days == (("Monday – Friday", "09:00–17:00"), ("Saturday – Sunday", "closed"))
    assert (view.closed, view.special) == (("public holidays of FR", "25 Dec 2026"), (("24 Dec 2026", "09:00–12:00"),))


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "![x](https://tracker.example/pixel)", "<a href='javascript:1'>x</a>", "[x](data:text/html;base64,AAAA)",
        "<style>body{display:none}</style>", "<iframe src=//evil.example></iframe>",
    ],
)  # fmt: skip
def test_articles_cannot_carry_code(body):
    """Raw HTML comes out as text, images and dangerous links not at all."""
    html = article_html(body)
    for forbidden in ("<script", "<img", "<iframe", "<style", 'href="javascript', 'href="data'):
        assert forbidden not in html


@given(st.text(max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_any_text_renders(body, start, end):
    """Whatever an article holds, and wherever its passage is said to be, a page comes out."""
    article_html(body, start, end)


def test_only_the_cited_block_is_marked():
    """The paragraph that holds the passage is marked, its neighbours are not."""
    body = "First.\n\nSecond one.\n\nThird."
    html = article_html(body, body.index("Second"), body.index("Second") + 11)
    assert '<p class="cited">Second one.</p>' in html
    assert html.count("cited") == 1


@pytest.mark.parametrize("gap", ["\n\n", " ", "\n"])
@pytest.mark.parametrize("place", [0, 500, 25_000, 49_999])
def test_a_passage_far_down_a_long_article_is_shown(place, gap):
    """Of an article too long for a page, the blocks around the passage are shown and the rest is counted."""
    lines = [f"Line {number} of a very long text." for number in range(50_000)]
    body = gap.join(lines)
    start = sum(len(line) + len(gap) for line in lines[:place])
    part = article_part(body, start, start + len(lines[place]))
    assert lines[place] in part.html
    assert 'class="cited"' in part.html
    shown = len(body) - part.before - part.after
    assert shown <= 2 * AROUND + len(lines[place])
    assert (part.before == 0) == (place <= 500)
    assert (part.after == 0) == (place == 49_999)


def test_a_long_article_begins_at_its_beginning():
    """Without a passage the first part is shown; a short article is shown whole."""
    part = article_part("Words. " * 100_000)
    assert (part.before, part.after) == (0, 700_000 - LONGEST)
    whole = article_part("One.\n\nTwo.", 6, 10)
    assert (whole.before, whole.after, whole.html.count("cited")) == (0, 0, 1)


def test_wrong_json_names_its_place():
    """Line and column, as an editor counts them."""
    with pytest.raises(Invalid, match="line 2, column 3"):
        read("[\n  x\n]")
