"""From counted verdicts to the page of what agents keep changing, and to its JSON. Words are made here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from copilot import changes
from copilot.changes import Piece
from copilot.feedback import Changed, Feedback
from copilot.rejections import REASONS
from copilot.report_cases import Period
from copilot.store.feedback import Counts
from copilot.web import wording
from copilot.web.presenters import percent

MOST_WORDINGS = 3


@dataclass(frozen=True, slots=True)
class EditView:
    """What an agent changed: facts in words, the share of the text that was kept in whole percent, and the words."""

    facts: tuple[str, ...]
    kept: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CountsView:
    """A row of the page; `accepted` in words, `reasons` of rejections in words."""

    name: str
    title: str
    counts: Counts
    accepted: str
    reasons: str


@dataclass(frozen=True, slots=True)
class WordingView:
    """How people put a sentence: the words that went and came, how often, and by how many."""

    pieces: tuple[Piece, ...]
    left_out: bool
    told: str


@dataclass(frozen=True, slots=True)
class ChangedView:
    """A sentence that people keep changing; `key` opens the proposed article."""

    key: str
    article_id: str
    title: str
    before: str
    told: str
    facts: str
    wordings: tuple[WordingView, ...]


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """The whole page. `judged` of `drafts` have a verdict."""

    first: date
    last: date
    drafts: int
    judged: int
    articles: tuple[CountsView, ...]
    categories: tuple[CountsView, ...]
    sentences: tuple[ChangedView, ...]


def feedback_view(period: Period, found: Feedback, categories: Mapping[str, str]) -> FeedbackView:
    """The page's values; `categories` are titles by name."""
    return FeedbackView(
        first=period.first,
        last=period.last,
        drafts=sum(row.drafts for row in found.categories),
        judged=sum(row.judged for row in found.categories),
        articles=tuple(_row(row, found.titles, found.rejections) for row in found.articles),
        categories=tuple(_row(row, {**categories, "": "No category"}, {}) for row in found.categories),
        sentences=tuple(_changed(row, found.titles) for row in found.sentences),
    )


def feedback_json(period: Period, found: Feedback) -> dict[str, Any]:
    """The API's answer."""

    def row(counts: Counts) -> dict[str, Any]:
        numbers = {name: value for name, value in asdict(counts).items() if name != "name"}
        return {"name": counts.name, **numbers, "judged": counts.judged}

    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "articles": [{**row(r), "rejections": dict(found.rejections.get(r.name or "", {}))} for r in found.articles],
        "categories": [row(counts) for counts in found.categories],
        "sentences": [{**asdict(r.sentence), "wordings": [asdict(w) for w in r.wordings]} for r in found.sentences],
    }


def _row(counts: Counts, titles: Mapping[str, str], rejections: Mapping[str, Mapping[str, int]]) -> CountsView:
    name = counts.name or ""
    listed = sorted(rejections.get(name, {}).items(), key=lambda pair: -pair[1])
    reasons = ", ".join(f"{wording.label(dict(REASONS), code)} {times}" for code, times in listed)
    accepted = f"{percent(counts.accepted / counts.judged)} %" if counts.judged else "–"
    return CountsView(name, titles.get(name, name), counts, accepted, reasons)


def _changed(row: Changed, titles: Mapping[str, str]) -> ChangedView:
    sentence = row.sentence
    told = f"Changed {_times(sentence.times)} by {wording.plural(sentence.people, 'person', 'people')}"
    facts = f"facts in {sentence.with_facts} of them" if sentence.with_facts else ""
    return ChangedView(
        key=sentence.key,
        article_id=sentence.article_id,
        title=titles.get(sentence.article_id, sentence.article_id),
        before=sentence.before,
        told=told,
        facts=facts,
        wordings=tuple(
            WordingView(
                changes.word_pieces(sentence.before, found.text),
                not found.text,
                f"{_times(found.times)} by {wording.plural(found.people, 'person', 'people')}",
            )
            for found in row.wordings[:MOST_WORDINGS]
        ),
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
