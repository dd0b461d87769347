"""Words what is known of triage: figures, curves, doubts and versions. Reads only what it is handed."""

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.priority_evidence import PriorityChange
from copilot.store.tables import TriageVersion
from copilot.web import wording
from copilot.web.admin_views import Figure
from copilot.web.triage_views import ConfusionView, CurveView, DoubtView, VersionView

NONE_OF_THESE = "None of these"
EXCERPT = 240
TABLE_ROWS = 11
STATES = {
    "candidate": "Being tried",
    "live": "Live",
    "held": "Held back",
    "refused": "Refused",
    "retired": "Retired",
}
TONES = {"live": "chip-good", "refused": "chip-bad", "held": "chip-warn", "candidate": "chip-accent", "retired": ""}


def share(value: float | None, digits: int = 1) -> str:
    """A share as percent, "–" when there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def points(value: float | None) -> str:
    """A calibration error in percentage points."""
    return "–" if value is None else f"{100 * value:.1f} points"


def leaning(gap: float | None) -> str:
    """Whether a category is claimed with too much confidence, in percentage points."""
    if gap is None:
        return "–"
    size = round(100 * abs(gap))
    return f"{size} points too {'sure' if gap > 0 else 'cautious'}" if size else "exact"


def titled(name: str, titles: Mapping[str, str]) -> str:
    """A category's title; what belongs to none is said so."""
    return titles.get(name, name) if name else NONE_OF_THESE


def figure_views(figures: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The numbers that an admin looks at first."""
    after = figures.get("after")
    if not after:
        return ()
    ece = after["ece"]
    tone = "plain" if ece is None else "good" if ece <= 0.05 else "warn" if ece <= 0.1 else "bad"
    texts = wording.plural(after["n"] - after["outside"], "text")
    caught = share(after["caught"], 0)
    return (
        Figure("Right category", share(after["accuracy"]), f"of {texts} that it had not seen"),
        Figure("Calibration error", points(ece), "between how sure it is and how often it is right", tone),
        Figure("Refused although ours", share(after["refused"]), "in scope, and taken for out of scope"),
        Figure("Caught as none of these", caught, f"of {wording.plural(after['outside'], 'text')} out of scope"),
    )


def curve_views(evidence: Mapping[str, Any]) -> tuple[CurveView, ...]:
    """The plots that there are points for."""
    bins = evidence.get("reliability", ())
    found = [
        _curve("reliability", "Is it as sure as it is right?",
               "On the dashed line it is right as often as it says; below, it is too sure of itself.",
               ("How sure it is", "How often it is right", "Texts"),
               [(row["confidence"], row["right"]) for row in bins], True,
               tuple((share(row["confidence"], 0), share(row["right"], 0), str(row["count"])) for row in bins)),
        _curve("coverage", "How much could be answered, and how well?",
               "Texts are answered from the surest on. Texts out of scope count as wrong when answered.",
               ("Answered", "Right among them"), _xy(evidence.get("coverage", ())), False),
        _curve("scope", "What does refusing cost?",
               "Refusing more of ours catches more of what is none of these.",
               ("Ours refused", "None of these caught"), _xy(evidence.get("scope", ())), False),
    ]  # fmt: skip
    return tuple(curve for curve in found if curve.rows)


def _xy(rows: Sequence[Mapping[str, float]]) -> list[tuple[float, float]]:
    return [(row["x"], row["y"]) for row in rows]


def _curve(
    key: str, title: str, note: str, columns: tuple[str, ...], xy: Sequence[tuple[float, float]], diagonal: bool,
    rows: tuple[tuple[str, ...], ...] | None = None,
) -> CurveView:  # fmt: skip
    data = {
        "x": [round(100 * x, 2) for x, _ in xy],
        "y": [round(100 * y, 2) for _, y in xy],
        "labels": list(columns[:2]),
        "diagonal": diagonal,
    }
    step = max(1, -(-len(xy) // TABLE_ROWS))
    chosen = [*xy[::step], *xy[-1:]] if len(xy) > 1 and (len(xy) - 1) % step else list(xy[::step])
    return CurveView(key, title, note, data, columns, rows or tuple((share(x), share(y)) for x, y in chosen))


def confusion_views(evidence: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[ConfusionView, ...]:
    """Which categories are taken for which, most often first."""
    return tuple(
        ConfusionView(titled(row["label"], titles), titled(row["said"], titles), row["count"])
        for row in evidence.get("confusions", ())
    )


def doubt_view(row: Mapping[str, Any], text: str, source: str, link: str, titles: Mapping[str, str]) -> DoubtView:
    """A doubtful text with both opinions, in whole percent."""
    words = " ".join(text.split())
    return DoubtView(
        text=words if len(words) <= EXCERPT else words[:EXCERPT].rstrip() + "…",
        source=source,
        link=link,
        label=titled(row["label"], titles),
        said=titled(row["said"], titles),
        given=round(100 * row["given"]),
        confidence=round(100 * row["confidence"]),
    )


def priority_words(changes: Sequence[PriorityChange], titles: Mapping[str, str]) -> tuple[str, ...]:
    """What agents do against the rules, as sentences that suggest one."""
    return tuple(priority_sentence(one, titles) for one in changes)


def priority_sentence(change: PriorityChange, titles: Mapping[str, str]) -> str:
    """One of them."""
    did = "raised" if change.is_raise else "lowered"
    span = f"from {change.before} to {change.after}"
    if change.rule is not None:
        tickets = wording.plural(change.count, "ticket")
        return f"Agents {did} {tickets} to which the rule “{change.rule}” applied {span}."
    category = titled(change.category or "", titles)
    return f"Agents {did} {change.count} of {change.of} “{category}” tickets {span}: a rule could do that."


def version_view(version: TriageVersion, missing: Sequence[str]) -> VersionView:
    """A version in words; `missing` are categories that stand in the way of going back to it."""
    before, after = version.figures.get("before"), version.figures.get("after") or {}
    moods = version.figures.get("moods") or {"n": 0}
    labels = version.figures.get("labels")
    obstacle = f"It was taught other categories: {', '.join(missing)}." if missing else ""
    return VersionView(
        version_id=version.id or 0,
        state=STATES[version.state],
        tone=TONES[version.state],
        pinned=version.pinned,
        at=version.taught_at or version.at,
        by="learned from agents" if version.by == "learning" else version.by,
        taught=f"categories {version.categories_version}"
        + ("" if labels is None else f", {wording.plural(labels, 'label')}"),
        right=_both(before, after, "right", share),
        calibration=_both(before, after, "ece", points),
        moods=f"{moods['before']} → {moods['after']} of {moods['n']}" if moods["n"] else "–",
        reason=version.reason,
        fingerprint=version.fingerprint,
        can_return=version.state != "live" and version.taught_at is not None and not missing,
        obstacle=obstacle,
    )


def _both(before: Mapping[str, Any] | None, after: Mapping[str, Any], name: str, worded: Any) -> str:
    now = str(worded(after.get(name)))
    return f"{worded(before[name])} → {now}" if before else now
