"""Decides what a ticket is: the one entry to this room, from text and vector to an assessment with its reasons.

It refuses to know where texts, vectors and rules come from, and what is done with the assessment.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np

from triage.categories import CategoryModel, CategoryScores, fit_with_held_out
from triage.head import Vectors
from triage.labels import Category
from triage.language import Language, detect
from triage.learning import OUT_OF_SCOPE, Row, example_rows, gathered, name_rows, usable
from triage.moods import fit_moods, mood_texts
from triage.negatives import Negatives
from triage.questions import questions
from triage.rules import Rule, RuleFacts, apply
from triage.scope import Scope, ScopeModel
from triage.sentiment import Sentiment, SentimentModel, shipped_model
from triage.text import readable, says_nothing

CLASSIFIER_VERSION = "2"
NO_CATEGORIES = "no categories are defined"
NO_RULE = "no rule applies: priority {}"
NO_WORDS = "no words of the customer's own, so the category is not known"
NO_VECTOR = "the embedding model is not available, so the category is not known"


@dataclass(frozen=True, slots=True)
class TriageModels:
    """Everything fitted; `classifier_fingerprint` changes with what is taught, `fingerprint` with the rules as well."""

    categories: CategoryModel | None
    scope: ScopeModel | None
    sentiment: SentimentModel
    rules: tuple[Rule, ...]
    fingerprint: str
    classifier_fingerprint: str
    negatives: Negatives = field(default_factory=Negatives.none)

    def with_rules(self, rules: Sequence[Rule]) -> "TriageModels":
        """Return the same models under other rules, which need no fitting."""
        fingerprint = _fingerprint(self.classifier_fingerprint, rules)
        return replace(self, rules=tuple(rules), fingerprint=fingerprint)


@dataclass(frozen=True, slots=True)
class Labels:
    """What people said of tickets, as rows of `triage.learning`; the label of a mood is its level."""

    categories: tuple[Row, ...] = ()
    moods: tuple[Row, ...] = ()


NO_LABELS = Labels()


@dataclass(frozen=True, slots=True)
class TicketText:
    """What the customer wrote; `readable` is `triage.text.readable` of it, and what the vector was made of."""

    subject: str
    body: str
    readable: str

    @classmethod
    def of(cls, subject: str, body: str) -> "TicketText":
        """Return subject and body with their readable part."""
        return cls(subject, body, readable(subject, body))


@dataclass(frozen=True, slots=True)
class TicketContext:
    """What is known besides the text: `contacts` counts the customer's messages, `waiting` is since the oldest open."""

    channel: str = ""
    segment: str = ""
    contacts: int = 1
    waiting: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a ticket is, and why; `scope_score` and the category's probabilities lie in 0..1."""

    category: CategoryScores | None
    in_scope: bool
    scope_score: float
    sentiment: Sentiment
    signals: frozenset[str]
    language: Language
    priority: str
    tags: tuple[str, ...]
    team: str | None
    forbid_auto_send: bool
    reasons: tuple[str, ...]
    fingerprint: str
    questions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the public shape, ready for JSON."""
        return {
            "category": self.category and _category_dict(self.category),
            "in_scope": self.in_scope,
            "scope_score": self.scope_score,
            "sentiment": {"label": self.sentiment.label, "score": self.sentiment.score},
            "signals": sorted(self.signals),
            "language": self.language.code,
            "priority": self.priority,
            "tags": list(self.tags),
            "team": self.team,
            "forbid_auto_send": self.forbid_auto_send,
            "reasons": list(self.reasons),
            "questions": list(self.questions),
            "fingerprint": self.fingerprint,
        }


def build_models(
    categories: Sequence[Category],
    rules: Sequence[Rule],
    encode: Callable[[Sequence[str]], Vectors] | None,
    labels: Labels = NO_LABELS,
) -> TriageModels:
    """Fit all models; `encode` turns n texts into L2-normalised float32 vectors (n, d).

    A category without examples is known by its title and description. Labels of categories that are not there are
    ignored. Without `encode` the models know no category, and sentiment goes by words alone.
    """
    classifier = classifier_fingerprint(categories, labels)
    fingerprints = (_fingerprint(classifier, rules), classifier)
    if encode is None:
        return TriageModels(None, None, SentimentModel.of_words(), tuple(rules), *fingerprints)
    known, _ = usable(labels.categories, categories)
    rows, names = [row for row in (*example_rows(categories), *known) if row.teaches], name_rows(categories)
    texts = list(dict.fromkeys([*(row.text for row in (*rows, *names)), *mood_texts(labels.moods)]))
    vectors = dict(zip(texts, np.asarray(encode(texts), np.float32), strict=True))
    sentiment = fit_moods(labels.moods, vectors, shipped_model(encode))
    inside = [row for row in rows if row.label != OUT_OF_SCOPE]
    if not inside:
        return TriageModels(None, None, sentiment, tuple(rules), *fingerprints)
    outside = gathered([row for row in rows if row.label == OUT_OF_SCOPE], vectors)
    model, held_out = fit_with_held_out(gathered(inside, vectors), names=gathered(names, vectors), outside=outside)
    negatives = Negatives.of(model.turned(outside.vectors))
    return TriageModels(
        model, ScopeModel.fit(held_out.evidence), sentiment, tuple(rules), *fingerprints, negatives=negatives
    )


def classifier_fingerprint(categories: Sequence[Category], labels: Labels = NO_LABELS) -> str:
    """Return 16 hexadecimal digits that change with what the models are taught and with how."""
    classifier = _fingerprint(CLASSIFIER_VERSION, categories)
    taught = [row for row in (*labels.categories, *labels.moods) if row.teaches]
    return _fingerprint(classifier, taught) if taught else classifier


def assess(text: TicketText, vector: Vectors | None, context: TicketContext, models: TriageModels) -> Assessment:
    """Return the assessment of one ticket from its text and vector (d,); see `assess_many`."""
    return assess_many([text], None if vector is None else vector[None, :], [context], models)[0]


def assess_many(
    texts: Sequence[TicketText], vectors: Vectors | None, contexts: Sequence[TicketContext], models: TriageModels
) -> list[Assessment]:
    """Return the assessments of n tickets, in order, from L2-normalised vectors (n, d).

    Without vectors, and for a ticket that says nothing (only emoji, only a signature), the category is None and nothing
    is in scope; the rest is decided from words and rules. Raises ValueError when the lengths differ or a vector is not
    finite.
    """
    if len(texts) != len(contexts) or (vectors is not None and len(texts) != len(vectors)):
        raise ValueError(f"vectors: {len(texts)} texts need as many vectors and contexts")
    if vectors is not None and not np.isfinite(vectors).all():
        raise ValueError("vectors: every number must be finite")
    own_words = [text.readable for text in texts]
    findings = _findings(vectors, own_words, models)
    sentiments = models.sentiment.score_many(vectors, own_words)
    rows = zip(texts, contexts, findings, sentiments, strict=True)
    return [_assessment(text, context, *finding, mood, models) for text, context, finding, mood in rows]


def _findings(
    vectors: Vectors | None, texts: Sequence[str], models: TriageModels
) -> list[tuple[CategoryScores | None, Scope, str]]:
    """Return category, scope and the reason for them, for each ticket."""
    if vectors is None:
        return [(None, Scope(False, 0.0), NO_VECTOR)] * len(texts)
    if models.categories is None or models.scope is None:
        return [(None, Scope(True, 1.0), NO_CATEGORIES)] * len(texts)
    evidence = models.categories.evidence(vectors, texts)
    scopes = models.negatives.decide(models.scope, evidence, models.categories.turned(vectors))
    rows = zip(texts, models.categories.scores_of(evidence), scopes, strict=True)
    return [
        (None, Scope(False, 0.0), NO_WORDS) if says_nothing(text) else (category, scope, _reason(category, scope))
        for text, category, scope in rows
    ]


def _reason(category: CategoryScores, scope: Scope) -> str:
    if scope.in_scope:
        return f"category '{category.label}' with {category.confidence:.0%} confidence"
    return f"out of scope: unlike the categories' examples, the nearest being '{category.label}'"


def _assessment(
    text: TicketText,
    context: TicketContext,
    category: CategoryScores | None,
    scope: Scope,
    reason: str,
    sentiment: Sentiment,
    models: TriageModels,
) -> Assessment:
    language = detect(text.readable)
    outcome = apply(models.rules, _facts(text, context, category if scope.in_scope else None, sentiment, language))
    return Assessment(
        category=category,
        in_scope=scope.in_scope,
        scope_score=scope.score,
        sentiment=sentiment,
        signals=sentiment.signals,
        language=language,
        priority=outcome.priority,
        tags=outcome.tags,
        team=outcome.team,
        forbid_auto_send=outcome.forbid_auto_send,
        reasons=(reason, *(outcome.reasons or (NO_RULE.format(outcome.priority),))),
        fingerprint=models.fingerprint,
        questions=questions(text.readable),
    )


def _facts(
    text: TicketText, context: TicketContext, category: CategoryScores | None, sentiment: Sentiment, language: Language
) -> RuleFacts:
    """Gather what rules ask about; a ticket out of scope has no category there, since its best one is only a guess."""
    return RuleFacts(
        category=category.label if category else None,
        sentiment=sentiment.label,
        signals=sentiment.signals,
        segment=context.segment,
        channel=context.channel,
        language=language.code,
        text=text.readable,
        waiting=context.waiting,
        contacts=context.contacts,
    )


def _category_dict(scores: CategoryScores) -> dict[str, Any]:
    others = [{"label": label, "confidence": confidence} for label, confidence in scores.alternatives]
    return {"label": scores.label, "confidence": scores.confidence, "alternatives": others}


def _fingerprint(base: str, parts: Sequence[Category] | Sequence[Rule] | Sequence[Row]) -> str:
    digest = hashlib.sha256(base.encode())
    for part in parts:
        digest.update(repr(asdict(part)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
