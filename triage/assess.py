"""Decides what a ticket is: the one entry to this room, from text and vector to an assessment with its reasons.

It refuses to know where texts, vectors and rules come from, and what is done with the assessment.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from triage.categories import CategoryModel, CategoryScores, fit_with_held_out
from triage.head import Vectors
from triage.labels import Category
from triage.language import Language, detect
from triage.rules import Rule, RuleFacts, RuleOutcome, apply
from triage.scope import Scope, ScopeModel
from triage.sentiment import Sentiment, SentimentModel, shipped_examples
from triage.text import readable

CLASSIFIER_VERSION = "1"
NO_CATEGORIES = "no categories are defined"


@dataclass(frozen=True, slots=True)
class TriageModels:
    """Everything fitted; `classifier_fingerprint` changes with the categories, `fingerprint` with the rules as well."""

    categories: CategoryModel | None
    scope: ScopeModel | None
    sentiment: SentimentModel
    rules: tuple[Rule, ...]
    fingerprint: str
    classifier_fingerprint: str


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
            "fingerprint": self.fingerprint,
        }


def build_models(
    categories: Sequence[Category], rules: Sequence[Rule], encode: Callable[[Sequence[str]], Vectors]
) -> TriageModels:
    """Fit all models; `encode` turns n texts into L2-normalised float32 vectors (n, d).

    A category without examples is known by its title and description.
    """
    pairs = [(text, category.name) for category in categories for text in category.training_texts()]
    moods, levels = shipped_examples()
    vectors = np.asarray(encode([readable("", text) for text, _ in pairs] + list(moods)), np.float32)
    sentiment = SentimentModel.fit(vectors[len(pairs) :], levels)
    classifier = _fingerprint(CLASSIFIER_VERSION, categories)
    models = TriageModels(None, None, sentiment, tuple(rules), _fingerprint(classifier, rules), classifier)
    if not pairs:
        return models
    model, held_out = fit_with_held_out(vectors[: len(pairs)], [name for _, name in pairs])
    scope = ScopeModel.fit(held_out.evidence)
    return TriageModels(model, scope, sentiment, models.rules, models.fingerprint, classifier)


def assess(text: TicketText, vector: Vectors, context: TicketContext, models: TriageModels) -> Assessment:
    """Return the assessment of one ticket from its text and vector (d,)."""
    return assess_many([text], vector[None, :], [context], models)[0]


def assess_many(
    texts: Sequence[TicketText], vectors: Vectors, contexts: Sequence[TicketContext], models: TriageModels
) -> list[Assessment]:
    """Return the assessments of n tickets, in order, from vectors (n, d); ValueError when the lengths differ."""
    if not len(texts) == len(vectors) == len(contexts):
        raise ValueError(f"vectors: {len(texts)} texts, {len(vectors)} vectors, {len(contexts)} contexts")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors: every number must be finite")
    known = _known(vectors, models)
    sentiments = models.sentiment.score_many(vectors, [text.readable for text in texts])
    rows = zip(texts, contexts, known, sentiments, strict=True)
    return [_assessment(text, context, *found, mood, models) for text, context, found, mood in rows]


def _known(vectors: Vectors, models: TriageModels) -> list[tuple[CategoryScores | None, Scope]]:
    if models.categories is None or models.scope is None:
        return [(None, Scope(True, 1.0))] * len(vectors)
    evidence = models.categories.evidence(vectors)
    return list(zip(models.categories.scores_of(evidence), models.scope.decide(evidence), strict=True))


def _assessment(
    text: TicketText,
    context: TicketContext,
    category: CategoryScores | None,
    scope: Scope,
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
        reasons=_reasons(category, scope, outcome),
        fingerprint=models.fingerprint,
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


def _reasons(category: CategoryScores | None, scope: Scope, outcome: RuleOutcome) -> tuple[str, ...]:
    if category is None:
        first = NO_CATEGORIES
    elif scope.in_scope:
        first = f"Category '{category.label}' with {category.confidence:.0%} confidence"
    else:
        first = f"Out of scope: too unlike the categories' examples, nearest is '{category.label}'"
    return (first, *(outcome.reasons or (f"No rule applies: priority {outcome.priority}",)))


def _category_dict(scores: CategoryScores) -> dict[str, Any]:
    others = [{"label": label, "confidence": confidence} for label, confidence in scores.alternatives]
    return {"label": scores.label, "confidence": scores.confidence, "alternatives": others}


def _fingerprint(base: str, parts: Sequence[Category] | Sequence[Rule]) -> str:
    digest = hashlib.sha256(base.encode())
    for part in parts:
        digest.update(repr(asdict(part)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
