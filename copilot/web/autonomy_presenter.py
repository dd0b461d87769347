"""Puts what categories have earned into words and plots. Pure: no session, no clock."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from copilot.autonomy import CategoryAutonomy
from copilot.earning import LOOKS_GROW
from copilot.held import Held
from copilot.standing import Standing, missing_words, proven_words
from copilot.store.tables import ConfidenceFit, Draft, OutcomeRow, StandingRow, Ticket, WatchRow
from copilot.suspension import Suspicion, Watch
from copilot.web import wording
from copilot.web.admin_views import Figure
from copilot.web.autonomy_views import HeldRow, PlotView, PreviewView, RecordView, YesterdayRow

PARTS = ("Embeddings", "Writer", "Prompt", "Rules", "Confidence", "Classifier")
MOST_ROWS = 12
MOST_POINTS = 400


def share(value: float | None, digits: int = 1) -> str:
    """A share in percent, or a dash."""
    return "–" if value is None else f"{value * 100:.{digits}f} %"


def entered(value: float) -> str:
    """A share as it stands in a field, in percent."""
    return f"{value * 100:.4g}"


def standing_words(setting: CategoryAutonomy, standing: Standing | None, suspended: str | None) -> tuple[str, str]:
    """(chip's tone, what the category may do and why), in one sentence."""
    if suspended:
        return "chip-bad", suspended
    if setting.mode == "off":
        return "", "Switched off: nothing of this category may leave on its own."
    if setting.threshold is not None:
        least = f"{setting.threshold:.0%}"
        return "chip-warn", f"By hand: from {least} on. No evidence stands behind it." + shadow_words(setting)
    if (
        standing is None
        or standing.threshold is None
        or not standing.is_of(setting.error_budget, setting.confidence_level)
    ):
        return "", "Suggest only: " + lower(missing_words(standing))
    may = "may send" if setting.mode == "auto" else "could send"
    words = f"Earned: {may} from {standing.threshold:.0%} on: {proven_words(standing)}."
    return "chip-good", words + shadow_words(setting)


def shadow_words(setting: CategoryAutonomy) -> str:
    """What keeps a category that could send from it."""
    return {"auto": "", "shadow": " In shadow: nothing leaves."}.get(setting.mode, " Drafts go to a person.")


def lower(sentence: str) -> str:
    """The sentence, to go on after a colon."""
    return sentence[:1].lower() + sentence[1:]


def chip(setting: CategoryAutonomy, suspended: str | None) -> str:
    """The mode in a word."""
    return "Suspended" if suspended else wording.MODES[setting.mode]


def figures(setting: CategoryAutonomy, standing: Standing | None, fit: ConfidenceFit | None) -> tuple[Figure, ...]:
    """The numbers that an admin looks at first."""
    proven = standing is not None and standing.threshold is not None
    missing = "–" if standing is None or standing.missing is None else str(standing.missing)
    note = "earned" if proven else "at the present rate" if missing != "–" else "too many errors, or no review yet"
    bound = share(standing.bound) if standing and proven else "–"
    calibration = share(fit.error) if fit else "–"
    by_chance = f"{share(fit.expected_error)} by chance alone" if fit else "the shipped model, uncalibrated"
    covered = f"{share(standing.coverage, 0)} of the reviewed drafts" if standing and proven else "nothing proven"
    return (
        Figure("Reviews that count", str(standing.pool if standing else 0), "drafts that other checks let pass"),
        Figure("Wrong at most", bound, f"budget {share(setting.error_budget)}", "good" if proven else "plain"),
        Figure("Would be sent", share(standing.coverage, 0) if standing and proven else "–", covered),
        Figure("Reviews still missing", "0" if proven else missing, note),
        Figure("Calibration error", calibration, by_chance),
    )


def curve_view(row: StandingRow | None) -> PlotView | None:
    """Coverage against error; None while there is nothing to draw."""
    points: Sequence[Mapping[str, Any]] = row.detail.get("curve", ()) if row else ()
    if row is None or not points:
        return None
    budget, naive = row.budget * 100, row.detail.get("naive")
    highest = max(4 * budget, *(point["error"] * 120 for point in points), 1.0)
    marks = [
        mark
        for mark in (mark_at(points, row.threshold, "earned", "promise"), mark_at(points, naive, "naive", "goal"))
        if mark
    ]
    data = {
        "x": [round(point["coverage"] * 100, 2) for point in points],
        "series": [
            {"label": "Errors", "ink": "promise", "y": [round(point["error"] * 100, 3) for point in points]},
            {
                "label": f"At most, {row.level:.0%} sure",
                "ink": "bound",
                "dash": True,
                "y": [round(point["bound"] * 100, 3) for point in points],
            },
        ],
        "line": {"y": budget, "label": f"budget {budget:.3g} %"},
        "marks": marks,
        "highest": min(100.0, highest),
        "labels": ["Drafts sent", "Wrong"],
        "units": [" %", " %"],
    }
    step = max(1, len(points) // MOST_ROWS)
    rows = tuple(
        (
            share(point["coverage"], 0), f"{point['threshold']:.3f}", str(point["reviews"]), str(point["errors"]),
            share(point["error"]), share(point["bound"]),
        )
        for point in points[step - 1 :: step]
    )  # fmt: skip
    said = "The naive threshold is the one that would have been within the budget on these very reviews; about half of "
    looks = "A laxer threshold is looked for each time that the reviews have doubled" + (
        f" (next at {LOOKS_GROW * row.looked:,})" if row.looked else ""
    )
    note = (
        f"{said}such thresholds break it later. The dashed line is what cannot be ruled out, {row.level:.0%} sure "
        f"at each look. {looks}; a stricter one counts at once."
    )
    columns = ("Sent", "From confidence", "Reviews", "Errors", "Wrong", "At most")
    return PlotView("Coverage against error", note, data, columns, rows)


def mark_at(
    points: Sequence[Mapping[str, Any]], threshold: float | None, label: str, ink: str
) -> dict[str, Any] | None:
    """Where a threshold stands on the curve."""
    above = [point for point in points if threshold is not None and point["threshold"] >= threshold]
    return {"x": round(above[-1]["coverage"] * 100, 2), "label": label, "ink": ink} if above else None


def watch_view(watch: WatchRow | None, rows: Sequence[OutcomeRow], suspicion: Suspicion | None) -> PlotView | None:
    """The evidence that the budget is exceeded, outcome by outcome."""
    if watch is None or suspicion is None or not rows:
        return None
    bar = Watch(watch.budget, watch.level).bar if watch.level < 1 else None
    wealths = [1.0, *suspicion.wealths]
    kept = sorted({*range(0, len(wealths), max(1, len(wealths) // MOST_POINTS)), len(wealths) - 1})
    data = {
        "x": kept,
        "series": [{"label": "Evidence", "ink": "promise", "y": [round(wealths[place], 4) for place in kept]}],
        "line": {"y": bar, "label": "suspended from here"} if bar else None,
        "marks": [],
        "highest": max(1.2 * (bar or 2), 1.1 * max(wealths)),
        "labels": ["Audits and replies", "Evidence"],
        "units": ["", ""],
    }
    turns = [place for place, (before, after) in enumerate(pairwise(wealths), start=1) if after > before]
    table = tuple(
        (str(place), rows[place - 1].source, rows[place - 1].signal.replace("_", " "), f"{wealths[place]:.2f}")
        for place in turns[-MOST_ROWS:]
    )
    note = (
        f"It begins at 1, grows with every error and shrinks otherwise. At {bar:.0f} the category is turned off; by "
        f"chance alone that ever happens to {1 - watch.level:.0%} of watches."
        if bar
        else "At a level of 100 % no evidence is enough."
    )
    return PlotView("Evidence of too many errors", note, data, ("Outcome", "From", "What", "Evidence"), table)


def watched_words(watch: WatchRow | None, rows: Sequence[OutcomeRow]) -> str:
    """What has been watched until now."""
    if watch is None or not rows:
        return "Nothing has been watched yet: audits and replies that were sent alone are counted here."
    audits = [row for row in rows if row.source == "audit"]
    replies = [row for row in rows if row.source == "reply"]
    bad_audits, bad_replies = sum(row.error > 0 for row in audits), sum(row.error > 0 for row in replies)
    known = (
        "Too few customers are known yet who could have answered an approved reply: only audits are evidence."
        if watch.usual >= 1
        else f"After approved replies up to {share(watch.usual)} may be usual; only more is evidence."
    )
    return (
        f"{wording.plural(len(audits), 'audit')}, {bad_audits} not accepted; "
        f"{wording.plural(len(replies), 'reply', 'replies')} sent alone, {bad_replies} with an objection. {known}"
    )


def record_view(row: StandingRow, reviews: int, accepted: int, dropped: int, current: str | None) -> RecordView:
    """One record of the history."""
    values = row.fingerprint.split("|")
    names = PARTS if len(values) == len(PARTS) else [f"Part {place}" for place in range(1, len(values) + 1)]
    said = share(accepted / reviews, 0) if reviews else "–"
    return RecordView(
        tuple(zip(names, values, strict=True)), row.began_at, reviews, said, dropped, row.fingerprint == current
    )


def held_rows(found: Sequence[Held], drafts: int) -> tuple[HeldRow, ...]:
    """The checks that held drafts, in the words of the sidebar."""
    return tuple(
        HeldRow(wording.gate_label(row.gate), row.drafts, share(row.drafts / drafts, 0), row.alone, row.reason)
        for row in found
    )


def preview_view(before: Mapping[str, Any], after: Mapping[str, Any], looked_at: int, total: int) -> PreviewView:
    """Two answers of a replay side by side."""
    sent, drafts = after["would_send"], after["drafts"]
    threshold = after["threshold"]
    if not drafts:
        sentence = "No draft of this category was made in the last four weeks."
    elif threshold is None:
        sentence = (
            f"Nothing of {wording.plural(drafts, 'draft')} would have left: no threshold is proven at this budget."
        )
    else:
        sentence = f"{sent} of {wording.plural(drafts, 'draft')} would have left alone ({sent / drafts:.0%})."
    rows = (
        ("From confidence", number(before["threshold"]), number(threshold)),
        ("Would have left", str(before["would_send"]), str(sent)),
        ("Of these reviewed", str(before["reviewed"]), str(after["reviewed"])),
        ("Not accepted by people", str(before["not_accepted"]), str(after["not_accepted"])),
        ("Wrong", share(before["error"]), share(after["error"])),
        ("Wrong at most", share(before["bound"]), share(after["bound"])),
    )
    part = "" if looked_at >= total else f"The first {looked_at:,} of {total:,} drafts were looked at."
    return PreviewView(sentence, rows, part)


def number(threshold: float | None) -> str:
    """A threshold, or a dash."""
    return "–" if threshold is None else f"{threshold:.1%}"


def yesterday_row(draft: Draft, ticket: Ticket, titles: Mapping[str, str], accepted: bool | None) -> YesterdayRow:
    """One draft that would have left."""
    outcome, tone = ("Sent alone", "chip-accent") if draft.state == "auto" else ("No verdict yet", "")
    if accepted is not None:
        outcome, tone = ("Accepted by a person", "chip-good") if accepted else ("Not accepted", "chip-bad")
    title = titles.get(draft.category or "", draft.category or "")
    return YesterdayRow(
        ticket.id or 0, ticket.subject or "(no subject)", title, int(draft.confidence * 100), outcome, tone
    )
