"""Writes a reply out of passages, in one of two ways.

Quoting: a language model or a measure of words (`copilot.excerpts`) chooses what to quote, code assembles it. Every
sentence of the answer stands in a cited passage; around it stand only phrases of `copilot.courtesy` and the signature.
Free: in the words of a language model, for a person to read. Refuses to know whether the draft may be sent:
`copilot.autosend` asks that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from copilot import asking, excerpts, prompt_files, several
from copilot.asking import Chosen, Pen, Question, Quotable, Wish
from copilot.courtesy import courtesy
from copilot.excerpts import Quote, quote
from copilot.llm.port import Call, Heard, ModelFailed
from copilot.voice import Voice
from knowledge.retrieval import Match
from knowledge.sentences import sentence_spans

FEW_SENTENCES = 3
EXTRACTIVE = "extractive"
QUOTING, FREE = "quoting", "free"
SHORTER = "shorter"
REPLIES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - the result is plain text; HTML is escaped where HTML is built
    trim_blocks=True,
    keep_trailing_newline=False,
)


@dataclass(frozen=True, slots=True)
class DraftText:
    """A reply, what it quotes, who chose or worded it, and what went wrong on the way (None: nothing).

    `canaries` were planted in the requests whose answers it rests on; `calls` are all requests that were made for it;
    `left_open` are those of the customer's questions for which it quotes nothing.
    """

    body: str
    quotes: tuple[Quote, ...]
    writer: str
    language: str
    problem: str | None = None
    way: str = QUOTING
    calls: tuple[Call, ...] = ()
    canaries: tuple[str, ...] = ()
    left_open: tuple[str, ...] = ()


def quoting_mark() -> str:
    """Changes with the prompt that quoted drafts are chosen by."""
    return prompt_files.load("quote").mark


def write(
    question: Question,
    matches: Sequence[Match],
    languages: Mapping[str, str],
    pen: Pen | None,
    voice: Voice,
    style: str | None = None,
    heard: Heard | None = None,
) -> DraftText:
    """A quoted draft from these matches (best first, at least one); `languages` are the articles' by id.

    When the language model fails or finds no answer, the draft is extractive and `problem` says why.
    """
    problem: str | None = None
    chosen, calls, found = list[Quote](), tuple[Call, ...](), Chosen((), (), ())
    if pen is not None:
        try:
            found, chosen = _chosen_by(pen, question, matches, languages, voice, style, heard)
            calls, problem = found.calls, _doubt(pen, found, chosen)
        except ModelFailed as error:
            calls, problem = error.calls, error.message
    writer = pen.model.name if pen is not None and chosen else EXTRACTIVE
    quotes = chosen or _excerpts(question, matches, languages, short=style == SHORTER)
    language = languages.get(quotes[0].article_id, question.language)
    body = assemble(question, quotes, language, voice)
    left_open = several.left_open(question.asked, {quote.article_id for quote in quotes})
    return DraftText(body, tuple(quotes), writer, language, problem, QUOTING, calls, found.canaries, left_open)


def _doubt(pen: Pen, found: Chosen, chosen: Sequence[Quote]) -> str | None:
    """Why a model's choice is no answer, as far as the model itself says."""
    if not chosen:
        return f"{pen.model.name} found no answer in the passages."
    return None if found.answers_question else f"{pen.model.name} says that these sentences do not answer the question."


def _excerpts(
    question: Question, matches: Sequence[Match], languages: Mapping[str, str], *, short: bool
) -> list[Quote]:
    """Quotes without a model: what answers each of several questions, or the one."""
    whole = (question.text, matches[0])
    if question.asked:
        return excerpts.for_each(question.asked, whole, languages, question.language, short=short)
    return [excerpts.best(*whole, short=short)]


def word(
    question: Question, matches: Sequence[Match], pen: Pen, voice: Voice, wish: Wish, heard: Heard | None = None
) -> DraftText:
    """A draft in the model's own words; it quotes the passages that the model has named. Raises `ModelFailed`."""

    def told(text: str) -> None:
        if heard is not None:
            heard(framed(question, text, wish.language, voice))

    said = asking.word(pen, question, matches, wish, told if heard else None)
    quotes = tuple(quote(matches[number - 1]) for number in said.citations)
    problem = None if said.answers_question else f"{pen.model.name} says that the passages do not answer the question."
    body = framed(question, said.reply, wish.language, voice)
    return DraftText(body, quotes, pen.model.name, wish.language, problem, FREE, said.calls, said.canaries)


def framed(question: Question, reply: str, language: str, voice: Voice) -> str:
    """A free reply between greeting and signature."""
    return f"{courtesy(language).greet(question.customer_name)}\n\n{reply}\n\n{voice.signature(language)}"


def assemble(question: Question, quotes: Sequence[Quote], language: str, voice: Voice) -> str:
    """The reply's plain text: greeting, opening, the quotes, an offer of more help, signature."""
    words = courtesy(language)
    template = REPLIES.get_template("reply.txt.j2")
    return template.render(
        greeting=words.greet(question.customer_name), words=words, quotes=quotes, signature=voice.signature(language)
    ).strip()


def _chosen_by(
    pen: Pen,
    question: Question,
    matches: Sequence[Match],
    languages: Mapping[str, str],
    voice: Voice,
    style: str | None,
    heard: Heard | None,
) -> tuple[Chosen, list[Quote]]:
    """The sentences that the language model picked, as quotes; `heard` gets the draft that they make so far."""
    quotable = [
        Quotable(number, match, span)
        for number, (match, span) in enumerate(
            ((match, span) for match in matches for span in sentence_spans(match.passage.text)), start=1
        )
    ]

    def told(raw: str) -> None:
        quotes = _joined(asking.chosen_so_far(raw), quotable)
        if heard is not None and quotes:
            heard(assemble(question, quotes, languages.get(quotes[0].article_id, question.language), voice))

    most = FEW_SENTENCES if style == SHORTER else asking.MOST_SENTENCES
    found = asking.choose(pen, question, quotable, most, told if heard else None)
    return found, _joined(found.numbers, quotable)


def _joined(numbers: Sequence[int], quotable: Sequence[Quotable]) -> list[Quote]:
    """These sentences in their order, neighbours of one passage joined into one quote."""
    by_number = {q.number: q for q in quotable}
    runs: list[list[Quotable]] = []
    for item in (by_number[number] for number in numbers if number in by_number):
        if runs and runs[-1][-1].match is item.match and runs[-1][-1].number + 1 == item.number:
            runs[-1].append(item)
        else:
            runs.append([item])
    return [quote(run[0].match, (run[0].span[0], run[-1].span[1])) for run in runs]
