"""Whether each sentence of a draft stands on a sentence of a cited passage, and what is wrong where it does not."""

from copilot.grounding.check import check, facts, pieces
from copilot.grounding.findings import Findings, SentenceFinding

__all__ = ["Findings", "SentenceFinding", "check", "facts", "pieces"]
