"""What is found about a draft: which sentence stands on which span of which source, what is wrong with the others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceFinding:
    """`support` is "quoted" (word for word), "aligned" (the same but for harmless edits), "courtesy" or "none".

    `passage_id` names the passage, `span` the characters (start, end) of its plain text that say it, `source` those
    words; for an unsupported sentence they are the nearest sentence's, when there is one. `faults` say in plain words
    what is not supported.
    """

    text: str
    support: str
    passage_id: str | None = None
    span: tuple[int, int] | None = None
    faults: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a draft. `unsupported_facts` are values that do not stand in the source of their sentence."""

    sentences: tuple[SentenceFinding, ...]
    unsupported_facts: tuple[str, ...]

    @property
    def unsupported(self) -> list[str]:
        """Sentences that no source supports."""
        return [finding.text for finding in self.sentences if finding.support == "none"]

    @property
    def grounded_share(self) -> float:
        """Share of the sentences other than courtesy that a source supports; 0 when there is none."""
        told = [finding for finding in self.sentences if finding.support != "courtesy"]
        return sum(finding.support in ("quoted", "aligned") for finding in told) / len(told) if told else 0.0
