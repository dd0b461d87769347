"""Checks a draft against the passages it cites: is every sentence quoted, does every fact stand in a source?

Pure text comparison. A sentence is supported when, white space aside, it stands word for word in a cited passage; a
fact is anything that could do harm when wrong: addresses, numbers, amounts, dates, codes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.plaintext import squeezed
from knowledge.sentences import sentences

FACT = re.compile(
    r"https?://[^\s<>()\"']+|www\.[^\s<>()\"']+|[\w.+-]+@[\w-]+\.[\w.-]+"  # links and addresses
    r"|\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b"  # IBAN, ISO 13616
    r"|[€$£]\s?\d[\d.,\s]*\d|[€$£]\s?\d|\d[\d.,:/-]*\s?(?:%|€|\$|£|EUR|GBP|USD)?"  # amounts, dates, shares
    r"|\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9][A-Z0-9-]{3,}\b"  # codes such as SPRING-10
)


@dataclass(frozen=True, slots=True)
class SentenceFinding:
    """`support` is "quoted", "courtesy" or "none"; `passage_id` names the passage it was quoted from."""

    text: str
    support: str
    passage_id: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a draft. `unsupported_facts` stand in no cited passage."""

    sentences: tuple[SentenceFinding, ...]
    unsupported_facts: tuple[str, ...]

    @property
    def unsupported(self) -> list[str]:
        """Sentences that no source supports."""
        return [finding.text for finding in self.sentences if finding.support == "none"]

    @property
    def grounded_share(self) -> float:
        """Share of the sentences other than courtesy that are quoted; 0 when there is none."""
        told = [finding for finding in self.sentences if finding.support != "courtesy"]
        return sum(finding.support == "quoted" for finding in told) / len(told) if told else 0.0


def check(
    body: str, sources: Sequence[tuple[str, str]], courtesies: Iterable[str], own_facts: Iterable[str] = ()
) -> Findings:
    """Findings about `body`. `sources` are (passage id, plain text of the passage); `own_facts` may stand unsourced
    (the customer's order numbers)."""
    allowed = {squeezed(phrase) for phrase in courtesies}
    plain_sources = [(passage_id, squeezed(text)) for passage_id, text in sources]
    found = tuple(_finding(piece, plain_sources, allowed) for piece in pieces(body))
    known = {fact for _, text in plain_sources for fact in facts(text)} | {
        fact for own in own_facts for fact in facts(own)
    }
    missing = [
        fact for finding in found if finding.support != "courtesy" for fact in facts(finding.text) if fact not in known
    ]
    return Findings(found, tuple(dict.fromkeys(missing)))


def pieces(body: str) -> list[str]:
    """The sentences of a draft, line by line, so that a greeting and a list item each stand alone."""
    return [squeezed(sentence) for line in body.split("\n") for sentence in sentences(line) if sentence.strip()]


def facts(text: str) -> list[str]:
    """Everything in a text that could do harm when wrong, in a form that can be compared."""
    return [found for match in FACT.findall(text) if (found := "".join(match.split()).strip(".,:;/-"))]


def _finding(piece: str, sources: Sequence[tuple[str, str]], allowed: set[str]) -> SentenceFinding:
    if piece in allowed:
        return SentenceFinding(piece, "courtesy")
    for passage_id, text in sources:
        if _stands_in(piece, text):
            return SentenceFinding(piece, "quoted", passage_id)
    return SentenceFinding(piece, "none")


def _stands_in(piece: str, text: str) -> bool:
    """Whether the piece stands in the text as whole words."""
    start = text.find(piece)
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(piece) : start + len(piece) + 1]
        if not before.isalnum() and not (after.isalnum() and piece[-1].isalnum()):
            return True
        start = text.find(piece, start + 1)
    return False
