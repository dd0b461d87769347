"""The page on which everybody can read what is promised, in their language; no sign-in.

It shows public policies only, and of those the promises: never goals, internal policies, versions or who wrote them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from litestar import Response, get
from litestar.params import FromQuery

from copilot.store import configuration
from copilot.web.promise_told import titles_of
from copilot.web.promise_words import WORDS, PageWords
from copilot.web.responses import AnyRequest, page
from copilot.wiring import Services
from sla.policies import Metric, Policy, Priority
from sla.promise import BabelVoice, describe, voice_of

MOST_RANGES = 20
TAG = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?(?![A-Za-z0-9])")
FROM_TOP = tuple(reversed(Priority))


@dataclass(frozen=True, slots=True)
class GlanceRow:
    """How soon, per priority; None where nothing is promised."""

    metric: str
    times: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """One policy for customers: whom it is for, how soon, and what only this promise says."""

    name: str
    scope: str
    rows: tuple[GlanceRow, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromisePage:
    """All public promises in one language; `shared` are the sentences that hold for every one of them."""

    language: str
    words: PageWords
    team: str
    since: str | None
    priorities: tuple[str, ...]
    cards: tuple[PromiseCard, ...]
    shared: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]


@get("/promise", sync_to_thread=True, exclude_from_auth=True)
def promise_page(request: AnyRequest, services: Services, lang: FromQuery[str] = "") -> Response[str]:
    """What is promised now, in the language asked for, else in the browser's, else in English."""
    tag = spoken(lang) or negotiated(request.headers.get("accept-language", ""))
    headers = {"cache-control": "no-cache", "vary": "accept-language", "content-language": tag}
    return page("promise.html", headers=headers, view=promise_view(services, tag))


def spoken(tag: str) -> str | None:
    """The language tag, with its region, in its usual spelling if we speak the language."""
    match = TAG.match(tag.strip()[:35])
    if match is None or match[1].lower() not in WORDS:
        return None
    return f"{match[1].lower()}-{match[2].upper()}" if match[2] else match[1].lower()


def negotiated(header: str) -> str:
    """The best tag of an Accept-Language header that we speak; English when there is none."""
    wanted: list[tuple[float, str]] = []
    for part in header[:1000].split(",")[:MOST_RANGES]:
        name, _, quality = part.partition(";")
        tag, weight = spoken(name), weight_of(quality)
        if tag and weight > 0:
            wanted.append((weight, tag))
    return max(wanted, key=lambda row: row[0])[1] if wanted else "en"


def weight_of(quality: str) -> float:
    """The weight of a language range such as "q=0.8"; 1 when there is none, 0 when it is nonsense."""
    text = quality.strip().removeprefix("q=")
    if not text:
        return 1.0
    return float(text) if re.fullmatch(r"[01](\.\d{0,3})?", text, re.ASCII) else 0.0


def promise_view(services: Services, tag: str) -> PromisePage:
    """The public policies in force, in words."""
    with services.db.read() as session:
        policies = [policy for policy in services.book.in_force(session) if policy.public]
        stored = configuration.newest(session, "policies")
        categories = services.configuration.current(session).categories
    titles = titles_of(categories)
    today, voice, words = services.now().date(), voice_of(tag), WORDS[tag[:2]]
    told = [describe(policy, tag, today=today, titles=titles) for policy in policies]
    shared = said_by_all(told)
    since = None if stored is None else words.since.format(day=day(voice, stored.at.date()))
    return PromisePage(
        language=tag,
        words=words,
        team=services.settings.support_name,
        since=since,
        priorities=tuple(voice.words.timer.priorities[priority] for priority in FROM_TOP),
        cards=tuple(card_of(policy, said, shared, voice) for policy, said in zip(policies, told, strict=True)),
        shared=shared,
        languages=tuple((code, other.name) for code, other in WORDS.items()),
    )


def said_by_all(told: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The sentences that every one of several promises holds, in their order: they are read once."""
    if len(told) < 2:
        return ()
    return tuple(sentence for sentence in told[0][1:] if all(sentence in other for other in told[1:]))


def card_of(policy: Policy, said: Sequence[str], shared: Sequence[str], voice: BabelVoice) -> PromiseCard:
    """One policy; the first sentence says for whom it holds."""
    rows = tuple(glance(policy, metric, voice) for metric in Metric if policy.targets.get(metric))
    return PromiseCard(policy.name, said[0], rows, tuple(row for row in said[1:] if row not in shared))


def glance(policy: Policy, metric: Metric, voice: BabelVoice) -> GlanceRow:
    """A row of the table; a priority that the policy is not for is not promised by it."""
    only: Mapping[str, frozenset[str]] = policy.when
    targets = [policy.target(metric, p) if p in only.get("priority", FROM_TOP) else None for p in FROM_TOP]
    return GlanceRow(
        voice.words.timer.metrics[metric], tuple(voice.brief(target.promise) if target else None for target in targets)
    )


def day(voice: BabelVoice, at: date) -> str:
    """A date in full."""
    return voice.day(at, voice.words.formats.day_and_year)
