"""What a ticket is, from text and vector to an assessment with its reasons."""

import json

import numpy as np
import pytest

from tests.triage.vectors import encode
from triage.assess import (
    NO_CATEGORIES,
    NO_VECTOR,
    NO_WORDS,
    TicketContext,
    TicketText,
    TriageModels,
    assess,
    assess_many,
    build_models,
)
from triage.labels import parse_categories
from triage.rules import parse_rules

CATEGORIES = parse_categories(
    [
        {"name": "refund", "examples": [f"please refund my money back order {number}" for number in range(12)]},
        {
            "name": "delivery",
            "examples": [f"parcel tracking late delivery van number {number}" for number in range(12)],
        },
        {"name": "login", "title": "Login", "description": "password reset account locked"},
    ]
)
RULES = parse_rules(
    [
        {
            "name": "Refunds",
            "when": {"category": ["refund"]},
            "then": {"set_priority": "high", "assign_team": "billing"},
        },
        {
            "name": "Angry",
            "when": {"sentiment": ["very negative"]},
            "then": {"forbid_auto_send": True, "add_tags": ["care"]},
        },
    ]
)
REFUND = TicketText.of("Refund", "please refund my money back")
STRANGE = TicketText.of("", "penguins waltz quietly underneath purple volcanoes")


@pytest.fixture(scope="module")
def models() -> TriageModels:
    """Models of three small categories."""
    return build_models(CATEGORIES, RULES, encode)


def test_a_ticket_is_assessed_with_reasons(models: TriageModels) -> None:
    """Category, scope, language and rules come together, and each is told."""
    found = assess(REFUND, encode([REFUND.readable])[0], TicketContext(), models)
    assert found.category is not None
    assert (found.category.label, found.in_scope, found.priority, found.team) == ("refund", True, "high", "billing")
    assert found.language.code == "en"
    assert found.reasons[0].startswith("category 'refund' with ")
    assert found.reasons[1].startswith("Rule 'Refunds': category is refund")


def test_a_ticket_out_of_scope_has_no_category_for_rules(models: TriageModels) -> None:
    """Out of scope, the nearest category is shown but no rule acts on it."""
    found = assess(STRANGE, encode([STRANGE.readable])[0], TicketContext(), models)
    assert not found.in_scope
    assert found.category is not None
    assert found.priority == "normal"
    assert found.reasons[0].startswith("out of scope")


def test_a_batch_says_what_single_tickets_say(models: TriageModels) -> None:
    """Batches change nothing but speed."""
    texts = [REFUND, STRANGE, TicketText.of("Login", "my password reset does not work")]
    vectors = encode([text.readable for text in texts])
    contexts = [TicketContext(segment="vip")] * 3
    single = [assess(*row, models) for row in zip(texts, vectors, contexts, strict=True)]
    for one, many in zip(single, assess_many(texts, vectors, contexts, models), strict=True):
        assert (one.category and one.category.label, one.in_scope) == (
            many.category and many.category.label,
            many.in_scope,
        )
        assert (one.priority, one.reasons) == (many.priority, many.reasons)


def test_without_categories_everything_is_in_scope() -> None:
    """No categories: the category is None and the reason says so; rules still apply."""
    angry = TicketText.of("", "This is terrible, useless, disgusting. I hate it. Worst ever.")
    found = assess(angry, encode([angry.readable])[0], TicketContext(), build_models((), RULES, encode))
    assert (found.category, found.in_scope, found.reasons[0]) == (None, True, NO_CATEGORIES)
    assert (found.forbid_auto_send, found.tags, "angry" in found.signals) == (True, ("care",), True)


@pytest.mark.parametrize("fitted", [True, False])
def test_without_a_vector_words_and_rules_still_decide(models: TriageModels, fitted: bool) -> None:
    """No embedding: nothing is in scope, but sentiment, language and rules are there."""
    angry = TicketText.of("", "This is terrible, useless, disgusting. I hate it. Worst ever.")
    found = assess(angry, None, TicketContext(), models if fitted else build_models(CATEGORIES, RULES, None))
    assert (found.category, found.in_scope, found.scope_score, found.reasons[0]) == (None, False, 0.0, NO_VECTOR)
    assert (found.sentiment.label, found.language.code, found.tags) == ("very negative", "en", ("care",))


def test_the_public_shape_is_json(models: TriageModels) -> None:
    """The dictionary has the public keys and survives JSON."""
    shape = assess(REFUND, encode([REFUND.readable])[0], TicketContext(), models).to_dict()
    assert json.loads(json.dumps(shape)) == shape
    assert set(shape["category"]) == {"label", "confidence", "alternatives"}
    assert set(shape["sentiment"]) == {"label", "score"}
    assert {"in_scope", "language", "priority", "reasons", "signals", "tags"} <= set(shape)


def test_fingerprints_follow_what_they_stand_for(models: TriageModels) -> None:
    """Other rules change the fingerprint but not the classifier's; other categories change both."""
    other_rules = build_models(CATEGORIES, RULES[:1], encode)
    other_categories = build_models(CATEGORIES[:2], RULES, encode)
    again = build_models(CATEGORIES, RULES, encode)
    assert (again.fingerprint, again.classifier_fingerprint) == (models.fingerprint, models.classifier_fingerprint)
    assert other_rules.fingerprint != models.fingerprint
    assert other_rules.classifier_fingerprint == models.classifier_fingerprint
    assert other_categories.classifier_fingerprint != models.classifier_fingerprint


@pytest.mark.parametrize("body", ["😀😀", "!!! 12345", "-- \nJohn Doe\nAcme Ltd", "Sent from my iPhone"])
def test_a_ticket_without_words_is_no_guess(body: str) -> None:
    """Only emoji, digits or a signature: no category and out of scope, even where there is only one category."""
    text = TicketText.of("", body)
    found = assess(text, encode(["please refund"])[0], TicketContext(), build_models(CATEGORIES[:1], (), encode))
    assert (found.category, found.in_scope, found.reasons[0]) == (None, False, NO_WORDS)


@pytest.mark.parametrize("body", ["", "\x00\ud800", "x" * 200_000, "😡" * 500])
def test_untrusted_text_is_assessed(models: TriageModels, body: str) -> None:
    """Empty, broken and huge texts get an assessment like any other."""
    text = TicketText.of("", body)
    assert assess(text, encode([text.readable])[0], TicketContext(), models).priority


def test_wrong_vectors_are_refused(models: TriageModels) -> None:
    """Too few vectors and numbers that are none are errors naming them."""
    with pytest.raises(ValueError, match="vectors"):
        assess_many([REFUND], np.empty((0, 256), np.float32), [TicketContext()], models)
    with pytest.raises(ValueError, match="vectors"):
        assess(REFUND, np.full(256, np.nan, np.float32), TicketContext(), models)
