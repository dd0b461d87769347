"""What single words and phrases say about mood and wishes."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.sentiment import SentimentModel
from triage.wording import CUES, SIGNALS, cues, signals, terms, valence


@pytest.mark.parametrize("text", ["Thank you, great service", "Merci, c'est parfait", "Vielen Dank, super", "👍"])
def test_kind_words_are_positive(text: str) -> None:
    """Praise has a positive valence in three languages."""
    assert valence(text) > 0.2


@pytest.mark.parametrize("text", ["This is terrible", "C'est une honte", "Eine Frechheit", "still no answer", "😡"])
def test_harsh_words_are_negative(text: str) -> None:
    """Complaints have a negative valence in three languages."""
    assert valence(text) < -0.2


@pytest.mark.parametrize("text", ["not good", "nicht gut", "pas content", "Not a very good start"])
def test_negated_praise_is_not_praise(text: str) -> None:
    """A negation shortly before a word turns it round."""
    assert valence(text) < 0


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("I need this ASAP", "urgent"),
        ("C'est urgent", "urgent"),
        ("Bitte dringend melden", "urgent"),
        ("I will take my business elsewhere", "threatens_to_leave"),
        ("Never again!", "threatens_to_leave"),
        ("Je vais résilier mon contrat", "threatens_to_leave"),
        ("Dann werde ich kündigen", "threatens_to_leave"),
        ("Let me speak to a real person", "wants_human"),
        ("Je veux parler à un conseiller", "wants_human"),
        ("Ich möchte mit einem Menschen sprechen", "wants_human"),
    ],
)
def test_wishes_are_signalled(text: str, signal: str) -> None:
    """Urgency, leaving and the wish for a person are seen in three languages."""
    assert signals(text, 0.0) == {signal}


@pytest.mark.parametrize(
    "text", ["Ich will mein Geld zurück", "Where is my order?", "Can I switch to a different plan?"]
)
def test_ordinary_questions_signal_nothing(text: str) -> None:
    """Words that only resemble a signal are none."""
    assert signals(text, 0.0) == frozenset()


def test_anger_needs_a_bad_mood() -> None:
    """Loud words count as anger only where the sentiment is negative; a very negative one is anger by itself."""
    assert "angry" not in signals("AMAZING CREW, BEST FLIGHT EVER!!", 0.9)
    assert "angry" in signals("WHERE IS IT!!", -0.3)
    assert "angry" in signals("where is it", -0.9)


@given(text=st.text(), score=st.floats(-1, 1))
def test_any_text_has_a_valence_and_known_signals(text: str, score: float) -> None:
    """Nothing raises, and the results stay in their ranges."""
    assert -1 <= valence(text) <= 1
    assert signals(text, score) <= set(SIGNALS)


@pytest.mark.parametrize("unit", ["never order ", "mit einem ", "still ", "takes my ", "A", "not "])
def test_a_hostile_megabyte_is_read(unit: str) -> None:
    """A million characters made to upset patterns are read like any other text."""
    text = unit * (1_000_000 // len(unit))
    assert -1 <= valence(text) <= 1
    assert signals(text, 0.0) <= set(SIGNALS)


CASES = list(csv.DictReader((Path(__file__).parent / "signal_cases.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("signal", SIGNALS)
def test_signals_are_precise_and_found_on_written_cases(signal: str) -> None:
    """Of the cases, hard negatives among them, nearly all are told right, by words alone."""
    cases = [case for case in CASES if signal != "angry" or case["signals"] in {"", "angry"}]
    wanted = {case["text"] for case in cases if signal in case["signals"].split()}
    texts = [case["text"] for case in cases]
    moods = SentimentModel.of_words().score_many(None, texts)
    found = {text for text, mood in zip(texts, moods, strict=True) if signal in mood.signals}
    assert len(wanted & found) >= 0.9 * len(found)
    assert len(wanted & found) >= 0.9 * len(wanted)


def test_handles_and_links_say_nothing_and_hashtags_are_words() -> None:
    """Whom a message is addressed to does not matter, what a hashtag says does."""
    assert terms("@GreatAir #neverAgain https://terrible.example") == {"never", "again", "^never"}
    assert valence("@great @love") == 0.0
    assert valence("#terribleService") < -0.2


def test_terms_know_numbers_marks_and_the_first_word() -> None:
    """Numbers are one term, and a sentence's opening is kept apart."""
    assert terms("Why 3 or 45 days??") == {"why", "0", "or", "days", "??", "^why"}
    assert terms("") == frozenset()


@given(text=st.text())
def test_cues_are_always_as_many_and_small(text: str) -> None:
    """Any text has all cues, and none runs away."""
    found = cues(text)
    assert len(found) == CUES
    assert all(-1 <= cue <= 3 for cue in found)
