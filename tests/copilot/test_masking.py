"""Personal data goes out of a text and comes back into it."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.masking import Vault
from copilot.personal_data import LONGEST_TEXT

PERSONAL = st.sampled_from(
    [
        "kim@example.com", "+49 1512 3456789", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "order 48213",
        "12 Baker Street", "My name is Ann Lee", "⟦EMAIL_1⟧", "⟦", "⟧", "NAME_1⟧", "\nRegards,\nKim", "#A-4711", "Kim",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PERSONAL, st.text(max_size=12)), max_size=12).map(" ".join)


@given(TEXTS, st.sampled_from(["en", "de", "fr", "es", "unknown"]))
def test_what_is_masked_comes_back_as_it_was(text, language):
    """Masking and unmasking gives the same text, whatever stands in it, tokens included, and hides what it hides."""
    vault = Vault()
    masked = vault.mask(text, language, ["Kim Doe"])
    assert vault.unmask(masked) == text
    assert not any(value in masked for value in vault.values if "@" in value or len(value) > 12)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Write to a.b+c@mail.example.org!", "en", "Write to ⟦EMAIL_1⟧!"),
        ("Call (202) 456-1414 or +33 1 42 68 53 00.", "en", "Call ⟦PHONE_1⟧ or ⟦PHONE_2⟧."),
        ("Tel. 0171 2345678", "de", "Tel. ⟦PHONE_1⟧"),
        ("IBAN DE89370400440532013000 please", "en", "IBAN ⟦IBAN_1⟧ please"),
        ("card 4111-1111-1111-1111", "en", "card ⟦CARD_1⟧"),
        ("Order no. 48213, invoice: R-2024-17", "en", "Order no. ⟦CODE_1⟧, invoice: ⟦CODE_2⟧"),
        ("Meine Bestellnummer ist AB-12345.", "de", "Meine Bestellnummer ist ⟦CODE_1⟧."),
        ("numéro de commande : 99812", "fr", "numéro de commande : ⟦CODE_1⟧"),
        ("mi pedido 5521-X", "es", "mi pedido ⟦CODE_1⟧"),
        ("See #4711 and 1Z999AA10123456784", "en", "See #⟦CODE_1⟧ and ⟦CODE_2⟧"),
        ("I live at 12 Baker Street, NW1 6XE", "en", "I live at ⟦ADDRESS_1⟧, ⟦ADDRESS_2⟧"),
        ("Hauptstraße 12, 10115 Berlin", "de", "⟦ADDRESS_1⟧, ⟦ADDRESS_2⟧"),
        ("12 rue de la Paix, 75002 Paris", "fr", "⟦ADDRESS_1⟧, ⟦ADDRESS_2⟧"),
        ("Calle Mayor 12, 28013 Madrid", "es", "⟦ADDRESS_1⟧, ⟦ADDRESS_2⟧"),
        ("Hi Anna,\nplease help.\nThanks\nBob Ray", "en", "Hi ⟦NAME_1⟧,\nplease help.\nThanks\n⟦NAME_2⟧ ⟦NAME_3⟧"),
        ("Mein Name ist Jürgen Weiß.", "de", "Mein Name ist ⟦NAME_1⟧ ⟦NAME_2⟧."),
        ("KIM here, Kim again, kimono not", "en", "⟦NAME_1⟧ here, ⟦NAME_2⟧ again, kimono not"),
        ("a@b.example and a@b.example", "en", "⟦EMAIL_1⟧ and ⟦EMAIL_1⟧"),
    ],
)
def test_what_has_a_form_is_found(text, language, expected):
    """Each kind of personal data is replaced by a token of its kind, the same value by the same token."""
    assert Vault().mask(text, language, ["Kim Doe"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Error 0x80070005 in version 10.4.2 since 2024-05-12.",
        "It costs €1,299.00 or 15 %.",
        "Does the Moraine Mid WP fit size 42?",
        "Dear team,\nthe order has not arrived. Best regards",
        "I waited 3 weeks and 10000 Euro are gone.",
        "IBAN DE89 3704 0044 0532 0130 01 is wrong",
    ],
)
def test_what_is_no_personal_data_stays(text):
    """Versions, dates, prices, products and error codes are what the question is about."""
    masked = Vault().mask(text)
    assert masked == text or ("IBAN" in text and "⟦IBAN" not in masked)


def test_what_our_articles_say_is_no_secret():
    """A value that stands in an offered passage is left, a name never."""
    vault = Vault(["Write to help@shop.example. Ask for Kim."])
    assert vault.mask("help@shop.example, Kim", "en", ["Kim"]) == "help@shop.example, ⟦NAME_1⟧"


def test_tokens_that_were_never_given_stay_out():
    """Invented tokens vanish; an unfinished one waits while the text is still written."""
    vault = Vault()
    vault.mask("a@b.example")
    assert vault.unmask("x ⟦EMAIL_2⟧ ⟦⟧ y") == "x   y"
    assert vault.unmask_so_far("to ⟦EMAIL_1⟧ and ⟦EMA") == "to a@b.example and "


@pytest.mark.parametrize(
    "piece", ["1 ", "A-1", "order ", "12 Baker ", "⟦", "a@", "regards\n", "Hi Ann ", "DE89 ", "+49 "]
)
def test_hostile_text_takes_no_time(piece):
    """Text made to confuse the patterns is done within seconds, and what is too long is cut."""
    began = perf_counter()
    vault = Vault()
    masked = vault.mask(piece * 20_000, "en", ["Ann"])
    assert perf_counter() - began < 5
    assert vault.unmask(masked) == (piece * 20_000)[:LONGEST_TEXT]
