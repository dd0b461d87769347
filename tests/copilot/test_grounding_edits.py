"""Which edits of a source's sentence pass and which are held, in four languages."""

import time

import pytest

from copilot.grounding import check
from copilot.grounding.findings import SentenceFinding

ENGLISH = [
    "A refund reaches your card within 5 working days unless your bank is closed.",
    "If you cancel before 6 March 2024, you do not have to pay the fee.",
    "Customers can track their parcel in the app; therefore, the courier does not call.",
    "For example, you must keep the original box in order to return the device.",
    "Create a list, and it becomes a table.",
    "The fee is €4.90.",
    "Please press the Save button on the left.",
    "The new gateway starts after the update.",
    "Do not open the box and send it back.",
    "Only members may enter.",
]
GERMAN = [
    "Eine Erstattung dauert 5 Werktage, wenn Ihre Bank geöffnet ist.",
    "Der Kunde kann das Paket innerhalb von 14 Tagen zurücksenden.",
    "Sie müssen die Rechnung nicht ausdrucken.",
    "Der Händler erstattet dem Käufer den Betrag.",
    "Die Lieferung ist ab 50 € kostenlos.",
]
FRENCH = [
    "Le remboursement arrive sous 5 jours, sauf si votre banque est fermée.",
    "Le client peut retourner le colis sous 14 jours.",
    "Vous ne devez pas imprimer la facture.",
    "La livraison est gratuite à partir de 50 €.",
]
SPANISH = [
    "El reembolso llega en 5 días, salvo que su banco esté cerrado.",
    "El cliente puede devolver el paquete en 14 días.",
    "Usted no debe imprimir la factura.",
    "El envío es gratis a partir de 50 €.",
]
SOURCES = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}

HARMLESS = [
    ("en", "Please note that a refund reaches your card within 5 working days unless your bank is closed."),
    ("en", "Unless your bank is closed, a refund reaches your card within five working days."),
    ("en", "If you cancel before March 6th, 2024, you don't need to pay the fee."),
    ("en", "You do not have to pay the fee if you cancel before 6 March 2024."),
    ("en", "You can track your parcel in the app. So, the courier doesn't call."),
    ("en", "You are able to track your package in the app; therefore, the courier does not call."),
    ("en", "For instance, you have to keep the original box to return the device."),
    ("en", "Create a list. It becomes a table."),
    ("en", "The fee is 4.90 EUR."),
    ("en", "Click the Save button on the left."),
    ("en", "The fee is €4.90, and the new gateway begins after the update."),
    ("en", "The fee is €4.90. I hope this helps."),
    ("de", "Bitte beachten Sie: Eine Erstattung dauert fünf Werktage, wenn Ihre Bank geöffnet ist."),
    ("de", "Sie können das Paket innerhalb von 14 Tagen zurückschicken."),
    ("de", "Die Lieferung ist ab 50 EUR kostenfrei."),
    ("fr", "Veuillez noter que le remboursement arrive sous 5 jours, sauf si votre banque est fermée."),
    ("fr", "Vous pouvez retourner le paquet sous 14 jours."),
    ("es", "Tenga en cuenta que el reembolso llega en 5 días, salvo que su banco esté cerrado."),
    ("es", "Usted puede devolver el paquete en 14 días."),
]
FAULTS = [
    ("en", "A refund reaches your card within 5 working days.", "condition dropped"),
    ("en", "You do not have to pay the fee.", "condition dropped"),
    ("en", "If you cancel before 6 March 2024, you have to pay the fee.", "negation dropped"),
    ("en", "If you cancel before 7 March 2024, you do not have to pay the fee.", "date"),
    ("en", "If you cancel after 6 March 2024, you do not have to pay the fee.", "before and after"),
    ("en", "A refund reaches your card within 5 working weeks unless your bank is closed.", "unit"),
    ("en", "A refund reaches your card within 14 working days unless your bank is closed.", "number elsewhere"),
    ("en", "A refund reaches your card within 4.90 working days unless your bank is closed.", "value of elsewhere"),
    ("en", "The fee is $4.90.", "currency"),
    ("en", "The fee is not €4.90.", "negation added"),
    ("en", "The old gateway starts after the update.", "antonym"),
    ("en", "The new gateway must start after the update.", "modality"),
    ("en", "Only the new gateway starts after the update.", "only added"),
    ("en", "Members may enter.", "only dropped"),
    ("en", "The new Courier starts after the update.", "name"),
    ("en", "Do not open the box. Send it back.", "negation that reaches over a split"),
    ("en", "Do not open the box.", "half of a negated sentence"),
    ("en", "If you cancel before 6 March 2024. You do not have to pay the fee.", "condition parted"),
    ("en", "The fee is €4.90 only members may enter.", "sentences run together"),
    ("en", "We waive the fee.", "made up"),
    ("en", "Track your parcel and the courier calls.", "made up of words of the source"),
    ("de", "Eine Erstattung dauert 5 Werktage.", "Bedingung"),
    ("de", "Sie müssen die Rechnung ausdrucken.", "Verneinung"),
    ("de", "Sie müssen das Paket innerhalb von 14 Tagen zurücksenden.", "Modalverb"),
    ("de", "Dem Händler erstattet der Käufer den Betrag.", "Fall"),
    ("de", "Die Lieferung ist ab 5 € kostenlos.", "Betrag"),
    ("fr", "Le remboursement arrive sous 5 jours.", "condition"),
    ("fr", "Vous devez imprimer la facture.", "négation"),
    ("fr", "Vous devez retourner le colis sous 14 jours.", "modalité"),
    ("fr", "La livraison est gratuite à partir de 5 €.", "montant"),
    ("es", "El reembolso llega en 5 días.", "condición"),
    ("es", "Usted debe imprimir la factura.", "negación"),
    ("es", "El cliente debe devolver el paquete en 14 días.", "modalidad"),
    ("es", "El envío es gratis a partir de 5 €.", "importe"),
]


def found(draft: str, language: str, sources: list[str] | None = None) -> tuple[SentenceFinding, ...]:
    text = " ".join(sources or SOURCES[language])
    return check(draft, [("p", text)], (), language=language).sentences


@pytest.mark.parametrize(("language", "draft"), HARMLESS)
def test_harmless_edits_pass(language, draft):
    """Leads, contractions, synonyms, address, splits, joins and turned conditions say what the source says."""
    supports = {finding.support for finding in found(draft, language)}
    assert "none" not in supports
    assert supports != {"courtesy"}


@pytest.mark.parametrize(("language", "draft", "fault"), FAULTS)
def test_faults_are_held_and_said(language, draft, fault):
    """What changes the meaning is unsupported, and the reason is given in words."""
    assert fault
    unsupported = [finding for finding in found(draft, language) if finding.support == "none"]
    assert unsupported
    assert all(finding.faults for finding in unsupported)


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (FAULTS[0][1], "the source's condition “unless your bank is closed” is missing"),
        ("The fee is €5.90.", "“€5.90” is not in the source sentence, which says “€4.90”"),
        ("We waive everything.", "no source says this"),
    ],
)
def test_reasons_name_what_differs(draft, said):
    """A person reads what is missing, what is added, or that nothing says it."""
    (finding,) = found(draft, "en")
    assert said in " ".join(finding.faults).replace("exclusion", "condition")


def test_the_span_is_what_the_passage_says():
    """The span of a supported sentence cuts its source out of the passage's text."""
    text = " ".join(ENGLISH)
    for sentence in ENGLISH:
        (finding,) = check(sentence, [("p", text)], ()).sentences
        assert finding.support == "quoted"
        assert finding.span is not None
        assert text[slice(*finding.span)] == sentence.rstrip(".")


@pytest.mark.parametrize(
    ("source", "draft"),
    [
        ("What is not covered\nWater damage and theft.", "Water damage and theft."),
        ("You cannot return:\n- opened software\n- gift cards", "- opened software"),
        ("Returns are free.\nExcept for boxes that were opened.", "Returns are free."),
    ],
)
def test_what_a_heading_or_the_next_line_takes_back_is_held(source, draft):
    """A line that a negated heading, a list's negated introduction or an exception binds is no unit by itself."""
    held = draft != "Returns are free."  # a sentence that ends stands by itself
    assert (found(draft, "en", [source])[0].support == "none") == held
    assert {finding.support for finding in found(source, "en", [source])} == {"quoted"}


def test_you_is_not_mapped_where_both_are_meant():
    """Where a sentence speaks of the customer and of "you", they are two people and stay so."""
    source = ["You can block the customer."]
    assert found("The customer can block you.", "en", source)[0].support == "none"


def test_an_unknown_language_passes_verbatim_only():
    """Without tables every edit is held, and what is verbatim passes."""
    source = "Zwrot trwa 5 dni. Opłata wynosi 4 zł."
    assert {
        f.support for f in check("Opłata wynosi 4 zł. Zwrot trwa 5 dni.", [("p", source)], (), language="pl").sentences
    } == {"quoted"}
    assert check("Zwrot trwa pięć dni.", [("p", source)], (), language="pl").unsupported


@pytest.mark.parametrize(
    "hostile",
    [
        "a " * 50_000,
        "a" * 100_000,
        "If a, " * 16_000,
        "Go. " * 25_000,
        "note that " * 9_000,
        "and " * 1_400,
        "1. " * 9_000,
    ],
)
def test_hostile_texts_are_bounded_and_held(hostile):
    """A text of 100,000 characters as draft, as source, or as both, is answered soon and never passes by its length."""
    started = time.process_time()
    assert check(hostile, [("p", " ".join(ENGLISH))], ()).unsupported
    check(hostile, [("p", hostile)], ())
    assert check(FAULTS[0][1], [("p", hostile)], ()).unsupported
    assert time.process_time() - started < 8


def test_a_long_article_costs_little():
    """In an article of 1 MB the sentence is found where it stands, by its rare words, and a changed one is not."""
    filler = "\n".join(f"Paragraph {number} tells about nothing in particular." for number in range(20_000))
    text = f"{filler[:600_000]}\n\n{ENGLISH[0]}\n\n{filler[600_000:]}"
    started = time.process_time()
    finding, wrong = check(f"{ENGLISH[0]} {FAULTS[0][1]}", [("p", text)], ()).sentences
    assert time.process_time() - started < 1
    assert (finding.support, wrong.support) == ("quoted", "none")
    assert finding.span is not None
    assert text[slice(*finding.span)] == ENGLISH[0].rstrip(".")
