"""Reads what a version of triage is taught from, and tries it against another one. Writes nothing but vectors.

A version is a version of the categories and all labels up to one, so that any process can make it again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from copilot.configuration import DEFAULTS
from copilot.store import configuration, labels, tickets
from copilot.store.session import Session
from copilot.store.tables import Message, Ticket, TriageLabel
from knowledge.embedding import Vectors
from triage.assess import Labels, TicketText
from triage.comparison import Comparison, compare
from triage.evidence import evidence_of
from triage.labels import Category, parse_categories
from triage.learning import CONFIRMED, CORRECTED, Judgement, Row, example_rows, folds_of, judge, name_rows, usable
from triage.moods import judge_moods, mood_texts
from triage.sentiment import shipped_model

CHUNK = 200
LABEL_KEY = "label:"

Encode = Callable[[Sequence[str]], Vectors]


class Recipe(NamedTuple):
    """What a version is taught from."""

    categories_version: int
    labels_up_to: int


@dataclass(frozen=True, slots=True)
class Material:
    """The same, read: categories and labelled texts. `ignored` labels are of categories that are no more."""

    categories: tuple[Category, ...]
    labels: Labels

    @property
    def rows(self) -> list[Row]:
        """Every row of a category, confirmed ones included."""
        return [*example_rows(self.categories), *usable(self.labels.categories, self.categories)[0]]

    @property
    def taught(self) -> list[Row]:
        """Every row that teaches, the categories' names among them."""
        return [*(row for row in self.rows if row.teaches), *name_rows(self.categories)]

    @property
    def ignored(self) -> int:
        """How many labels are of a category that is no more."""
        return usable(self.labels.categories, self.categories)[1]

    @property
    def texts(self) -> list[str]:
        """Every text that is embedded, once each."""
        return list(dict.fromkeys([*(row.text for row in (*self.rows, *self.taught)), *mood_texts(self.labels.moods)]))


@dataclass(frozen=True, slots=True)
class Trial:
    """How two versions did on the same held-out rows; moods are (right before, right after, of how many)."""

    comparison: Comparison
    before: Judgement | None
    after: Judgement
    moods: tuple[int, int, int]

    @property
    def is_worse(self) -> bool:
        """Whether the new version is worse in either respect."""
        return self.comparison.is_worse or self.moods[1] < self.moods[0]

    @property
    def reason(self) -> str:
        """Why, in words."""
        before, after, count = self.moods
        if not count:
            return self.comparison.reason
        verdict = "Refused: moods" if after < before else "Moods"
        return f"{self.comparison.reason} {verdict} right on {after} of {count}, {before} before."

    def figures(self, material: Material) -> dict[str, Any]:
        """Both sides' figures as plain JSON values."""
        before, after, count = self.moods
        was = self.comparison.before
        return {
            "before": was and was.to_dict(),
            "after": self.comparison.after.to_dict(),
            "moods": {"n": count, "before": before, "after": after},
            "labels": len(material.labels.categories),
            "ignored": material.ignored,
        }

    def evidence(self, *, of_new: bool) -> dict[str, Any]:
        """What is shown of the new version, or of the one it was compared with, on the newest labels."""
        judged = self.after if of_new or self.before is None else self.before
        return evidence_of(judged).to_dict()


def read(session: Session, recipe: Recipe) -> Material:
    """What this version is taught from, as it is stored."""
    found = {kind: labels.up_to(session, kind, recipe.labels_up_to) for kind in labels.TAUGHT}
    rows = {kind: tuple(label_rows(session, found[kind])) for kind in labels.TAUGHT}
    categories = version_categories(session, recipe.categories_version)
    return Material(categories, Labels(rows["category"], rows["sentiment"]))


def version_categories(session: Session, version: int) -> tuple[Category, ...]:
    """The categories of one version; 0 is the shipped default, none."""
    document = configuration.at_version(session, "categories", version).content if version else DEFAULTS["categories"]
    return parse_categories(document)


def label_rows(session: Session, found: Sequence[TriageLabel]) -> Iterable[Row]:
    """Labels with the text that triage had read when they were given."""
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        ids = sorted({label.ticket_id for label in chunk})
        rows, messages = tickets.by_ids(session, ids), tickets.messages_of(session, ids)
        for label in chunk:
            text = labelled_text(rows[label.ticket_id], messages[label.ticket_id], label.message_id)
            yield Row(f"{LABEL_KEY}{label.id}", text, label.value, CONFIRMED if label.confirmed else CORRECTED)


def labelled_text(ticket: Ticket, messages: Iterable[Message], message_id: int) -> str:
    """What the customer had written and nobody had answered when this message was the newest, as triage reads it."""
    unanswered: list[str] = []
    for message in messages:
        if (message.id or 0) > message_id:
            continue
        if message.direction == "outbound" and not message.notice:
            unanswered.clear()
        elif message.direction == "inbound":
            unanswered.append(message.body)
    return TicketText.of(ticket.subject, "\n\n".join(unanswered)).readable


def run_trial(before: Material | None, after: Material, encode: Encode) -> Trial:
    """Judge everything that the new version knows of, by models of both sides that never saw what they judge."""
    texts = list(dict.fromkeys([*after.texts, *(before.texts if before else ())]))
    vectors = dict(zip(texts, encode(texts), strict=True))
    judged, old = after.rows, before.rows if before else []
    folds = folds_of([*judged, *old])
    new_side = judge(after.taught, judged, folds, vectors)
    if before is None:
        old_side = None
    elif before.taught == after.taught:
        old_side = new_side
    else:
        old_side = judge(before.taught, judged, folds, vectors)
    return Trial(compare(old_side, new_side), old_side, new_side, _moods(before, after, vectors, encode))


def _moods(
    before: Material | None, after: Material, vectors: dict[str, Vectors], encode: Encode
) -> tuple[int, int, int]:
    asked = after.labels.moods
    if not asked:
        return 0, 0, 0
    base = shipped_model(encode)
    new = sum(judge_moods(asked, asked, vectors, base).values())
    old = sum(judge_moods(before.labels.moods if before else (), asked, vectors, base).values())
    return old, new, len(asked)
