"""Turns an article's Markdown into the plain text that a customer reads; keeps every word and number."""

import re
from collections.abc import Iterable
from itertools import islice
from textwrap import shorten

LINK = re.compile(r"\[([^\]\n]{1,300})\]\((\S{1,500}?)\)")
STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300})(?<=\S)\*(?![\w*])")
CODE = re.compile(r"`([^`\n]{1,300})`")
HEADING = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)
RULE = re.compile(r"^(?=[^\n]*---)[ \t:|-]+$\n?", re.MULTILINE)
ROW = re.compile(r"^[ \t]*\|(.+)\|[ \t]*$", re.MULTILINE)
QUOTE = re.compile(r"^>\s?", re.MULTILINE)
BLANK = re.compile(r"\n{3,}")


def plain(markdown: str) -> str:
    """The text without marks: links as "words (address)", table rows as "a – b"."""
    text = RULE.sub("", markdown)
    text = ROW.sub(lambda row: " – ".join(cell.strip() for cell in row.group(1).split("|")), text)
    text = LINK.sub(lambda link: link[1] if link[1] == link[2] else f"{link[1]} ({link[2]})", text)
    for mark, keep in ((HEADING, ""), (QUOTE, ""), (STRONG, r"\2"), (EMPHASIS, r"\1"), (CODE, r"\1")):
        text = mark.sub(keep, text)
    return BLANK.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def squeezed(text: str) -> str:
    """The text with every run of white space as one space: how two texts are compared."""
    return " ".join(text.split())


def named(texts: Iterable[str], most: int = 3, longest: int = 80) -> str:
    """The first few texts in quotation marks, each shortened to so many characters."""
    return ", ".join(f"“{shorten(text, longest, placeholder=' …')}”" for text in islice(texts, most))
