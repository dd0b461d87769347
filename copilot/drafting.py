"""Writes a reply out of passages: a language model or a simple measure chooses what to quote, code assembles it.

Every sentence of the answer is quoted from a cited passage; around it stand only phrases of `copilot.courtesy`. Refuses
to know whether the draft may be sent: that is `copilot.autosend`'s question.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from copilot.courtesy import courtesy
from copilot.errors import Unavailable
from copilot.llm import LanguageModel, Quotable
from copilot.plaintext import plain
from knowledge.lexical import tokens
from knowledge.passages import heading_of
from knowledge.retrieval import Match
from knowledge.sentences import sentence_spans

LONGEST_QUOTE = 700
EXTRACTIVE = "extractive"
PROMPT_VERSION = "quote-1"
BLOCK = re.compile(r"[^\n]+(?:\n(?!\n|[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+|#{1,6} )[^\n]+)*")
LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+|\s*\|")
REPLIES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - the result is plain text; HTML is escaped where HTML is built
    trim_blocks=True,
    keep_trailing_newline=False,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be answered: the cleaned text, its language, and who asks."""

    text: str
    language: str
    customer_name: str | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of a passage (`text`) and how it stands in the draft (`shown`)."""

    article_id: str
    passage_id: str
    title: str
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class DraftText:
    """A reply, what it quotes, who chose the quotes, and what went wrong on the way (None: nothing).

    `canaries` are the tokens that were planted in the prompt of this very draft (`copilot.canaries`).
    """

    body: str
    quotes: tuple[Quote, ...]
    writer: str
    language: str
    problem: str | None = None
    canaries: tuple[str, ...] = ()


def write(
    question: Question,
    matches: Sequence[Match],
    languages: Mapping[str, str],
    model: LanguageModel | None,
    support_name: str,
) -> DraftText:
    """A draft from these matches (best first, at least one); `languages` are the articles' by id.

    When the language model fails or finds no answer, the draft is extractive and `problem` says why.
    """
    problem: str | None = None
    chosen: list[Quote] = []
    if model is not None:
        try:
            chosen = _chosen_by(model, question, matches)
            problem = None if chosen else f"{model.name} found no answer in the passages."
        except Unavailable as error:
            problem = error.message
    writer = model.name if model is not None and chosen else EXTRACTIVE
    quotes = chosen or [_best_piece(question, matches[0])]
    language = languages.get(quotes[0].article_id, question.language)
    body = assemble(question, quotes, language, support_name)
    return DraftText(body, tuple(quotes), writer, language, problem)


def assemble(question: Question, quotes: Sequence[Quote], language: str, support_name: str) -> str:
    """The reply's plain text: greeting, opening, the quotes, an offer of more help, closing."""
    words = courtesy(language)
    template = REPLIES.get_template("reply.txt.j2")
    return template.render(
        greeting=words.greet(question.customer_name), words=words, quotes=quotes, support_name=support_name
    ).strip()


def _best_piece(question: Question, match: Match) -> Quote:
    """The run of whole paragraphs and list items of the best passage that shares the most words with the question."""
    text = match.passage.text
    sections = [section for section in _sections(text) if section]
    if not sections:
        return _quote(match, text)
    asked = set(tokens(question.text))
    shared = [[len(asked & set(tokens(text[start:end]))) for start, end in section] for section in sections]
    section = max(range(len(sections)), key=lambda place: (max(shared[place]), -place))
    blocks, overlaps = sections[section], shared[section]
    first = last = max(range(len(blocks)), key=lambda place: (overlaps[place], -place))
    while first > 0 and LIST_ITEM.match(text[slice(*blocks[first])]) and _fits(blocks, first - 1, last):
        first -= 1  # a list item needs what introduces the list
    while last + 1 < len(blocks) and _fits(blocks, first, last + 1):
        last += 1
    while first > 0 and _fits(blocks, first - 1, last):
        first -= 1
    return _quote(match, text[blocks[first][0] : blocks[last][1]])


def _sections(text: str) -> list[list[tuple[int, int]]]:
    """Spans of paragraphs and list items, grouped by the headings between them, which are left out."""
    sections: list[list[tuple[int, int]]] = [[]]
    for match in BLOCK.finditer(text):
        if heading_of(match.group().split("\n")[0]):
            sections.append([])
        elif match.group().strip():
            sections[-1].append(match.span())
    return sections


def _fits(blocks: list[tuple[int, int]], first: int, last: int) -> bool:
    return blocks[last][1] - blocks[first][0] <= LONGEST_QUOTE


def _quote(match: Match, text: str) -> Quote:
    passage = match.passage
    return Quote(passage.article_id, passage.id, passage.title, text, plain(text))


def _chosen_by(model: LanguageModel, question: Question, matches: Sequence[Match]) -> list[Quote]:
    """The sentences that the language model picked, neighbours of one passage joined into one quote."""
    quotable = [
        Quotable(number, match, span)
        for number, (match, span) in enumerate(
            ((match, span) for match in matches for span in sentence_spans(match.passage.text)), start=1
        )
    ]
    picked = model.choose(question.text, [(q.number, q.match.passage.title, q.text) for q in quotable])
    by_number = {q.number: q for q in quotable}
    runs: list[list[Quotable]] = []
    for item in (by_number[number] for number in picked if number in by_number):
        if runs and runs[-1][-1].match is item.match and runs[-1][-1].number + 1 == item.number:
            runs[-1].append(item)
        else:
            runs.append([item])
    return [_quote(run[0].match, run[0].match.passage.text[run[0].span[0] : run[-1].span[1]]) for run in runs]
