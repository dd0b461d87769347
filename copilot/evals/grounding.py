"""Measures the check of drafts on labelled ones: which faithful drafts pass, which planted faults are held.

Runs the very check and the two gates that serve tickets, with one setting for all rows. Refuses to tune anything.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from copilot.autosend import SUPPORTED, TOLD
from copilot.courtesy import GREETINGS, phrases
from copilot.grounding import Findings, check
from knowledge.found import ArticleFileError
from knowledge.rows import read_jsonl
from triage.language import detect

Progress = Callable[[int, int], None]
SIGNATURE = "The support team"
LABELS = ("supported", "unsupported")
MOST_PASSAGES = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A draft, the passages it may stand on, and whether it should pass. `weak`: entailed, but misleading."""

    id: str
    kind: str
    draft: str
    passages: tuple[tuple[str, str], ...]
    supported: bool
    mutation: str | None
    weak: bool


def evaluate_grounding(drafts_path: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Return n, passed (share of faithful drafts that pass, by kind), held (share of faulty drafts that are held, by
    mutation), held_strong and held_weak (over all mutations), and ms_p50 (milliseconds for the check of a draft).

    A share is None where there is no draft to take it from. Raises ValueError naming file, line and field.
    """
    rows = list(read_drafts(drafts_path))
    passed: dict[str, list[bool]] = defaultdict(list)
    held: dict[str, list[bool]] = defaultdict(list)
    strength: dict[bool, list[bool]] = {False: [], True: []}
    took = []
    for number, row in enumerate(rows, start=1):
        passes, seconds = _tried(row)
        took.append(seconds)
        if row.supported:
            passed[row.kind].append(passes)
        else:
            held[row.mutation or row.kind].append(not passes)
            strength[row.weak].append(not passes)
        if progress:
            progress(number, len(rows))
    return {
        "n": len(rows),
        "passed": _shares(passed),
        "held": _shares(held),
        "held_strong": _share(strength[False]),
        "held_weak": _share(strength[True]),
        "ms_p50": 1_000 * median(took) if took else None,
    }


def read_drafts(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSON Lines file: id, kind, draft, passages [{article_id, text}], label, mutation, weak."""
    seen: set[str] = set()
    for number, values in read_jsonl(path):
        row = _row(path, number, values)
        if row.id in seen:
            raise ArticleFileError(path, number, "id", f"{row.id!r} was there before")
        seen.add(row.id)
        yield row


def _row(path: Path, number: int, values: Mapping[str, Any]) -> Row:
    def text(name: str, *, empty: bool = False) -> str:
        value = values.get(name)
        if not isinstance(value, str) or not (empty or value.strip()):
            raise ArticleFileError(path, number, name, "expected a text that is not empty")
        return value

    label, mutation, weak = text("label"), values.get("mutation"), values.get("weak", False)
    if label not in LABELS:
        raise ArticleFileError(path, number, "label", f"expected one of {', '.join(LABELS)}")
    if mutation is not None and not isinstance(mutation, str):
        raise ArticleFileError(path, number, "mutation", "expected a text or null")
    if not isinstance(weak, bool):
        raise ArticleFileError(path, number, "weak", "expected true or false")
    passages = tuple(_passages(path, number, values.get("passages")))
    return Row(text("id"), text("kind"), text("draft"), passages, label == "supported", mutation, weak)


def _passages(path: Path, number: int, passages: object) -> Iterator[tuple[str, str]]:
    if not isinstance(passages, list) or len(passages) > MOST_PASSAGES:
        raise ArticleFileError(path, number, "passages", f"expected a list of at most {MOST_PASSAGES}")
    for place, passage in enumerate(passages):
        for name in ("article_id", "text"):
            if not isinstance(passage, dict) or not isinstance(passage.get(name), str):
                raise ArticleFileError(path, number, f"passages[{place}].{name}", "expected a text")
        yield passage["article_id"], passage["text"]


def _tried(row: Row) -> tuple[bool, float]:
    """Whether the draft passes the gates "grounded" and "facts", and how many seconds that took."""
    language = detect(row.draft).code
    courtesies = list(phrases(language, greeted(row.draft, language), SIGNATURE))
    started = time.perf_counter()
    passes = _passes(check(row.draft, row.passages, courtesies, language=language))
    return passes, time.perf_counter() - started


def _passes(findings: Findings) -> bool:
    supports = [finding.support for finding in findings.sentences]
    return SUPPORTED.issuperset(supports) and not TOLD.isdisjoint(supports) and not findings.unsupported_facts


def greeted(draft: str, language: str) -> str | None:
    """The name that the draft greets: in a file nothing else tells who the customer is."""
    first = draft.strip().split("\n", 1)[0].strip().rstrip(",!:")
    for greeting in GREETINGS.get(language, ()):
        if first.startswith(greeting + " ") and len(first.split()) == len(greeting.split()) + 1:
            return first.split()[-1]
    return None


def _shares(found: Mapping[str, list[bool]]) -> dict[str, float | None]:
    return {name: _share(found[name]) for name in sorted(found)}


def _share(found: list[bool]) -> float | None:
    return fmean(found) if found else None
