"""The sample shop of the demo: enough of everything, well formed, and in agreement with itself."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from knowledge.importers import read_articles
from sla.policies import parse_policies
from triage.labels import parse_categories
from triage.rules import parse_rules

SHOP = Path(__file__).parents[2] / "copilot" / "sample_shop"
SENTIMENTS = {"very negative", "negative", "neutral", "positive", "very positive"}
SIGNALS = {"angry", "urgent", "threatens_to_leave", "wants_human"}
SEGMENTS = {"standard", "business", "vip"}
PRIORITIES = {"low", "normal", "high", "urgent"}
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EXAMPLE_DOMAIN = re.compile(r"([\w-]+\.)*(example\.com|[\w-]+\.test)")


def load(name: str) -> Any:
    """One JSON document of the shop."""
    return json.loads((SHOP / name).read_text(encoding="utf-8"))


def split(path: Path) -> tuple[dict[str, str], str]:
    """Front matter and body of an article."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body.strip()


ARTICLE_FILES = sorted((SHOP / "articles").glob("*.md"))
ARTICLES = {path.stem: split(path) for path in ARTICLE_FILES}
CATEGORIES = load("categories.json")
RULES = load("rules.json")
POLICIES = load("policies.json")
TICKETS = [json.loads(line) for line in (SHOP / "tickets.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = {category["name"] for category in CATEGORIES}
IN_SCOPE = [ticket for ticket in TICKETS if ticket["expected"]["in_scope"]]


def normal(text: str) -> str:
    """Text without case and spacing, so that near copies are found too."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def english(identifier: str) -> str:
    """The article of which this one may be a translation."""
    return re.sub(r"-(fr|de)$", "", identifier)


@pytest.mark.parametrize("identifier", ARTICLES)
def test_an_article_is_well_formed(identifier: str) -> None:
    """Every article has complete front matter, a known category, sections, no H1 and a sensible length."""
    front, body = ARTICLES[identifier]
    assert set(front) == {"id", "title", "category", "language", "visibility"}
    assert front["id"] == identifier
    assert SLUG.fullmatch(identifier)
    assert front["title"].strip()
    assert front["category"] in NAMES
    assert front["language"] in {"en", "fr", "de"}
    assert front["visibility"] in {"public", "internal"}
    assert "\n## " in body
    assert not re.search(r"^# ", body, flags=re.MULTILINE)
    assert 120 <= len(body.split()) <= 450


@pytest.mark.parametrize("identifier", ARTICLES)
def test_an_article_opens_with_its_answer(identifier: str) -> None:
    """The first paragraph is one to three plain sentences that may be quoted to a customer."""
    opening = ARTICLES[identifier][1].split("\n\n", 1)[0]
    assert not opening.startswith(("#", "-", "|", "1."))
    assert 1 <= len(re.findall(r"[.?!](?=\s|$)", opening)) <= 3
    assert len(opening) <= 500


def test_there_are_enough_articles_in_three_languages() -> None:
    """At least 44 articles, 8 in French, 8 in German, 4 for agents only, and titles that differ."""
    fronts = [front for front, _ in ARTICLES.values()]
    languages = Counter(front["language"] for front in fronts)
    assert len(fronts) >= 44
    assert languages["fr"] >= 8
    assert languages["de"] >= 8
    assert languages["en"] > languages["fr"] + languages["de"]
    assert sum(front["visibility"] == "internal" for front in fronts) >= 4
    assert len({front["title"] for front in fronts}) == len(fronts)


def test_every_category_has_a_public_article() -> None:
    """No category leaves the copilot without anything to quote."""
    assert {front["category"] for front, _ in ARTICLES.values() if front["visibility"] == "public"} == NAMES


def test_a_translation_has_its_original() -> None:
    """An article ending in -fr or -de is in that language and adapts an English one of the same category."""
    for identifier, (front, _) in ARTICLES.items():
        if front["language"] != "en":
            assert identifier.endswith("-" + front["language"])
            assert ARTICLES[english(identifier)][0]["category"] == front["category"]


def test_translations_agree_with_the_originals_on_the_facts_that_matter() -> None:
    """The numbers in the opening of a translation stand in the English articles of the same category too."""
    for identifier, (front, body) in ARTICLES.items():
        if front["language"] == "en":
            continue
        same = [
            text
            for other, text in ARTICLES.values()
            if (other["category"], other["language"]) == (front["category"], "en")
        ]
        thousands = re.sub(r"(\d)[ .\u00a0](\d{3})\b", r"\1\2", body.split("\n\n", 1)[0])
        opening = re.sub(r"(\d),(\d)", r"\1.\2", thousands)
        known = set(NUMBER.findall(" ".join(same).replace(",", "")))
        assert set(NUMBER.findall(opening)) <= known, identifier


def test_categories_have_names_descriptions_and_examples() -> None:
    """About 14 categories with slugs, a title, a description and at least 10 examples each."""
    assert 12 <= len(CATEGORIES) <= 18
    assert len(NAMES) == len(CATEGORIES)
    for category in CATEGORIES:
        assert set(category) == {"name", "title", "description", "examples"}
        assert SLUG.fullmatch(category["name"])
        assert category["title"].strip()
        assert category["description"].strip()
        assert len(category["examples"]) >= 10


def test_no_example_stands_twice_or_repeats_a_ticket() -> None:
    """An example belongs to one category, and nothing that is asked of the copilot was shown to it before."""
    examples = [normal(example) for category in CATEGORIES for example in category["examples"]]
    assert not [example for example, count in Counter(examples).items() if count > 1]
    tickets = {normal(ticket["body"]) for ticket in TICKETS} | {
        normal(ticket["subject"] + " " + ticket["body"]) for ticket in TICKETS
    }
    assert tickets.isdisjoint(examples)


def test_tickets_have_the_agreed_shape() -> None:
    """Every ticket can be posted as it is and says what should come of it."""
    for ticket in TICKETS:
        assert set(ticket) == {"external_id", "subject", "body", "customer", "expected"}
        assert ticket["body"].strip()
        customer, expected = ticket["customer"], ticket["expected"]
        assert set(customer) == {"email", "name", "segment", "timezone"}
        assert customer["segment"] in SEGMENTS
        assert customer["name"].strip()
        assert ZoneInfo(customer["timezone"])
        assert set(expected) == {
            *("category", "in_scope", "sentiment", "language", "articles", "answerable", "signals", "notes")
        }
        assert expected["sentiment"] in SENTIMENTS
        assert expected["language"] in {"en", "fr", "de", None}
        assert set(expected["signals"]) <= SIGNALS
        assert isinstance(expected["answerable"], bool)
        assert expected["notes"].strip()


def test_what_is_expected_exists() -> None:
    """Expected categories and articles exist; the articles are public; out of scope means neither."""
    for ticket in TICKETS:
        expected = ticket["expected"]
        assert (expected["category"] in NAMES) if expected["in_scope"] else (expected["category"] is None)
        assert all(ARTICLES[article][0]["visibility"] == "public" for article in expected["articles"])
        assert len(set(expected["articles"])) == len(expected["articles"])
        assert expected["articles"] or not expected["answerable"]
        assert expected["in_scope"] or not expected["articles"]


def test_tickets_are_unique() -> None:
    """No external id and no message occurs twice."""
    assert len({ticket["external_id"] for ticket in TICKETS}) == len(TICKETS)
    assert len({normal(ticket["subject"] + ticket["body"]) or ticket["body"] for ticket in TICKETS}) == len(TICKETS)


def test_tickets_are_many_and_mixed() -> None:
    """At least 84 tickets, most of them English, a fifth each French and German, with routine and trouble."""
    languages = Counter(ticket["expected"]["language"] for ticket in TICKETS)
    assert len(TICKETS) >= 84
    assert 0.5 <= languages["en"] / len(TICKETS) <= 0.7
    assert languages["fr"] / len(TICKETS) >= 0.15
    assert languages["de"] / len(TICKETS) >= 0.15
    assert len(TICKETS) - len(IN_SCOPE) >= 8
    assert sum(ticket["expected"]["answerable"] for ticket in TICKETS) >= 40
    assert {ticket["expected"]["category"] for ticket in IN_SCOPE} == NAMES
    assert {ticket["expected"]["sentiment"] for ticket in TICKETS} == SENTIMENTS
    assert {signal for ticket in TICKETS for signal in ticket["expected"]["signals"]} == SIGNALS
    assert {ticket["customer"]["segment"] for ticket in TICKETS} == SEGMENTS


def test_tickets_include_the_hard_cases() -> None:
    """Very short, very long, injections, quoted history, no words at all, legal threats, customers who write again."""
    words = [len(ticket["body"].split()) for ticket in TICKETS]
    notes = " ".join(ticket["expected"]["notes"].casefold() for ticket in TICKETS)
    senders = Counter(ticket["customer"]["email"] for ticket in TICKETS)
    assert min(words) <= 5
    assert max(words) >= 400
    assert notes.count("prompt injection") >= 2
    assert notes.count("legal threat") >= 2
    assert any("\n> " in ticket["body"] for ticket in TICKETS)
    assert any(not re.search(r"[^\W\d_]", ticket["body"]) for ticket in TICKETS)
    assert max(senders.values()) >= 2


def test_the_first_dozen_shows_variety() -> None:
    """What arrives first in the demo covers all languages, several categories, a VIP, and mail out of scope."""
    dozen = [ticket["expected"] for ticket in TICKETS[:12]]
    assert {"en", "fr", "de"} <= {expected["language"] for expected in dozen}
    assert len({expected["category"] for expected in dozen}) >= 8
    assert len({expected["sentiment"] for expected in dozen}) >= 4
    assert {expected["in_scope"] for expected in dozen} == {True, False}
    assert any(ticket["customer"]["segment"] == "vip" for ticket in TICKETS[:12])


def test_addresses_are_examples_only() -> None:
    """Every e-mail address and link anywhere in the shop is at example.com or under .test."""
    for path in sorted(SHOP.rglob("*.*")):
        if path.suffix in {".md", ".json", ".jsonl"}:
            text = path.read_text(encoding="utf-8").replace("\\n", "\n")
            hosts = re.findall(r"[\w.+-]+@([\w.-]*\w)", text) + re.findall(r"https?://([^/\s\"<>)]+)", text)
            assert [host for host in hosts if not EXAMPLE_DOMAIN.fullmatch(host)] == [], path.name


def test_rules_speak_of_things_that_exist() -> None:
    """Eight to ten named rules about known categories, sentiments, signals and segments."""
    known = {"category": NAMES, "sentiment": SENTIMENTS, "signals": SIGNALS, "segment": SEGMENTS}
    assert 8 <= len(RULES) <= 10
    assert len({rule["name"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["when"]
        assert rule["then"]
        assert rule["then"].get("set_priority", "normal") in PRIORITIES
        for key, values in known.items():
            assert set(rule["when"].get(key, [])) <= values


def test_rules_raise_only_after_every_priority_is_set() -> None:
    """A later rule overrides an earlier one, so the rules that set a priority go from weak to strong and come first."""
    order = ["low", "normal", "high", "urgent"]
    actions = [rule["then"] for rule in RULES]
    setting = [order.index(then["set_priority"]) for then in actions if "set_priority" in then]
    assert setting == sorted(setting)
    first_raise = next(i for i, then in enumerate(actions) if "raise_priority" in then)
    assert not any("set_priority" in then for then in actions[first_raise:])


def test_policies_are_ordered_and_complete() -> None:
    """VIP, payment and account, then the default; every metric and priority has a promise and a goal."""
    assert [policy["name"] for policy in POLICIES["policies"]] == ["VIP customers", "Payment and account", "Standard"]
    assert POLICIES["policies"][-1]["when"] == {}
    assert {policy["calendar"] for policy in POLICIES["policies"]} == {"always", "shop"}
    for policy in POLICIES["policies"]:
        assert set(policy["when"].get("category", [])) <= NAMES
        assert set(policy["when"].get("segment", [])) <= SEGMENTS
        assert set(policy["targets"]) == {"first_response", "next_response", "resolution"}
        for by_priority in policy["targets"].values():
            assert set(by_priority) == PRIORITIES
            assert all(set(target) == {"promise", "goal"} for target in by_priority.values())


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, by the anonymous algorithm (Nature, 20 April 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_calendar_closes_on_french_public_holidays(year: int) -> None:
    """The eight fixed days and Easter Monday, Ascension Day and Whit Monday, and no other day."""
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    movable = [easter(year) + timedelta(days=days) for days in (1, 39, 50)]
    expected = {date(year, month, day) for month, day in fixed} | set(movable)
    holidays = POLICIES["calendars"]["shop"]["holidays"]
    assert {day for day in map(date.fromisoformat, holidays) if day.year == year} == expected
    assert len(set(holidays)) == len(holidays)


def test_the_opening_hours_in_the_articles_are_those_of_the_calendar() -> None:
    """What customers read about opening hours and early closing is what the clock counts."""
    calendar = POLICIES["calendars"]["shop"]
    text = ARTICLES["contact-hours"][1]
    assert calendar["timezone"] == "Europe/Paris"
    assert calendar["hours"]["mon"] == [["09:00", "12:30"], ["13:30", "18:00"]]
    assert "between 9:00 and 12:30 and between 13:30 and 18:00, and on Saturday between 10:00 and 13:00" in text
    assert calendar["hours"]["sat"] == [["10:00", "13:00"]]
    assert "On 24 and 31 December we work from 9:00 to 12:00" in text
    for year in (2026, 2027):
        assert calendar["special_days"][f"{year}-12-24"] == [["09:00", "12:00"]]
        assert calendar["special_days"][f"{year}-12-31"] == [["09:00", "12:00"]]


def test_the_service_accepts_all_documents() -> None:
    """The rooms that read these documents parse them without complaint."""
    assert len(parse_policies(POLICIES)) == 3
    assert len(parse_rules(RULES)) == len(RULES)
    assert len(parse_categories(CATEGORIES)) == len(CATEGORIES)
    assert {article.id for article in read_articles([SHOP / "articles"])} == set(ARTICLES)
