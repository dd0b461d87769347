"""Which language a text is in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.language import LANGUAGES, UNKNOWN, detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order?", "en"),
        ("I would like a refund for the jacket I bought last week.", "en"),
        ("Où est ma commande ?", "fr"),
        ("Wo ist mein Paket?", "de"),
        ("¿Dónde está mi pedido?", "es"),
        ("Dov'è il mio ordine?", "it"),
        ("Waar is mijn bestelling?", "nl"),
        ("Onde está a minha encomenda?", "pt"),
        ("Gdzie jest moje zamówienie?", "pl"),
    ],
)
def test_short_questions_are_recognised(text: str, code: str) -> None:
    """A short everyday question is enough."""
    assert detect(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi",
        "!!! 12345 ???",
        "https://example.com/order/1 bob@example.com A-1234",
        "Где мой заказ? Я жду уже две недели",
        "Hello, my order has not arrived and I have been waiting for two weeks now. "
        "Bonjour, ma commande n'est pas arrivée et j'attends depuis deux semaines.",
    ],
)
def test_what_cannot_be_told_is_unknown(text: str) -> None:
    """Short, empty, foreign and mixed texts are unknown, with no confidence."""
    assert detect(text) == detect("")
    assert (detect(text).code, detect(text).confidence) == (UNKNOWN, 0.0)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing raises, and the answer is a known code with a probability."""
    found = detect(text)
    assert found.code in {*LANGUAGES, UNKNOWN}
    assert 0 <= found.confidence <= 1
