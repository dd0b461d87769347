"""From what the advisor says to what the page shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.advice import Advised, Possible
from copilot.web import wording
from copilot.web.report_presenter import span_words
from copilot.web.views import Choice
from sla.advisor import SHARES, Advice, Outlook


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was typed."""

    metric: str
    priority: str
    within: str


@dataclass(frozen=True, slots=True)
class PossibleRow:
    """One metric and priority; `targets` are (what could be kept, its cautious form) for each of the shares."""

    metric: str
    priority: str
    promised: str
    kept: str
    timers: int
    targets: tuple[tuple[str, str], ...]
    caution: str


@dataclass(frozen=True, slots=True)
class AdviceView:
    """The advisor's part of the page."""

    policies: tuple[Choice, ...]
    policy: str
    metrics: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    within: str
    tickets: int
    sample: str
    shares: tuple[str, ...]
    rows: tuple[PossibleRow, ...]
    outlook: tuple[str, ...]
    error: str | None


def advice_view(found: Advised, asked: Asked, error: str | None) -> AdviceView:
    """The advice in words, under the form that asked for it."""
    return AdviceView(
        policies=tuple(Choice(name, name, name == found.policy) for name in found.policies),
        policy=found.policy,
        metrics=tuple(Choice(key, word, key == asked.metric) for key, word in wording.METRICS.items()),
        priorities=tuple(
            Choice(key, word, key == asked.priority) for key, word in {"": "Any priority", **wording.PRIORITIES}.items()
        ),
        within=asked.within[:40],
        tickets=found.tickets,
        sample=sample_of(found),
        shares=tuple(f"{share:.0%}".replace("%", " %") for share in SHARES),
        rows=tuple(possible_row(row) for row in found.rows),
        outlook=tuple(outlook_words(row) for row in found.outlook),
        error=error,
    )


def sample_of(found: Advised) -> str:
    """What was looked at, when that was not everything; empty when it was."""
    sentences = []
    if found.looked_at < found.received:
        sentences.append(
            f"This is a sample: the newest {found.looked_at:,} of {found.received:,} tickets of the period were looked "
            "at; the figures of the report above count all."
        )
    if found.as_stored:
        sentences.append(
            f"Of {found.as_stored:,} open tickets the times are as of the last thing that happened to them."
        )
    return " ".join(sentences)


def possible_row(row: Possible) -> PossibleRow:
    """One metric and priority."""
    return PossibleRow(
        metric=wording.label(wording.METRICS, row.metric.value),
        priority=wording.label(wording.PRIORITIES, row.priority.value),
        promised=span_words(row.promised),
        kept=share_words(row.kept),
        timers=max((advice.timers for advice in row.advice), default=0),
        targets=tuple((span_words(advice.target), cautious(advice)) for advice in row.advice),
        caution=doubts(row.advice),
    )


def share_words(outlook: Outlook | None) -> str:
    """How many kept a target, cut to a whole percent."""
    if outlook is None or not outlook.timers:
        return "–"
    return f"{outlook.kept * 100 // outlook.timers} %"


def cautious(advice: Advice) -> str:
    """The target that is safe even if the past was lucky, where it differs."""
    return f"to be sure {span_words(advice.high)}" if advice.high and advice.high != advice.target else ""


def doubts(rows: Sequence[Advice]) -> str:
    """Every caution once."""
    return "; ".join(dict.fromkeys(row.caution for row in rows if row.caution)).capitalize()


def outlook_words(row: Outlook) -> str:
    """What a proposed promise would have kept, as a sentence."""
    metric = wording.label(wording.METRICS, row.metric.value)
    what = f"{metric} within {span_words(row.target)} at {row.priority} priority"
    if not row.timers:
        return f"{what}: there is no history to tell."
    low, high = (int(share * 100) for share in row.interval)
    doubt = f" ({row.caution})" if row.caution else ""
    kept = f"would have been kept {row.kept:,} times of {row.timers:,}: {share_words(row)}"
    return f"{what} {kept}, likely between {low} and {high} %{doubt}."
