"""Checks a draft against the passages that it cites: is every sentence said by one of their sentences?

Pure text comparison. Each sentence of the draft is laid word by word over sentences of a source; only edits from an
allow-list may differ, and what the source says besides may not bind what is taken. Refuses to know who wrote the draft.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, islice

from copilot.grounding.canonical import canonical
from copilot.grounding.faults import differences, foreign_values, nearest
from copilot.grounding.findings import Findings, SentenceFinding
from copilot.grounding.omissions import Told, omission, told_by
from copilot.grounding.tiling import Cover, Piece, Tile, covers
from copilot.grounding.turning import turned
from copilot.grounding.units import LONGEST_SENTENCE, Sources, sources_of
from copilot.grounding.windows import windows
from copilot.grounding.wording import Wording, wording
from copilot.plaintext import squeezed
from knowledge.facts import tokens, values
from knowledge.sentences import sentences

LONGEST_DRAFT = 100_000
MOST_PIECES = 400
MOST_COVERS = 24
TOO_LONG = "it is too long to be checked"
COURTESY = "courtesy"


def check(
    body: str,
    sources: Sequence[tuple[str, str]],
    courtesies: Iterable[str],
    own_facts: Iterable[str] = (),
    language: str = "en",
) -> Findings:
    """Findings about `body`, written in `language` (ISO 639-1; in one without tables only what is verbatim passes).

    `sources` are (passage id, plain text of the passage); `own_facts` may stand unsourced (the customer's order
    numbers).
    """
    parts = pieces(body) if len(body) <= LONGEST_DRAFT else []
    if not 0 < len(parts) <= MOST_PIECES:
        shown = squeezed(body[:200])
        return Findings((SentenceFinding(shown, "none", faults=(TOO_LONG,)),) if shown else (), ())
    words = wording(language)
    polite = [(COURTESY, phrase, 0) for phrase in courtesies]
    known = sources_of([*polite, *windows(sources, parts)], language, _courtesies(language))
    read = [_piece(part, words) for part in parts]
    supported, omitted = _supported(read, known)
    own = frozenset(chain.from_iterable(facts(fact) for fact in own_facts))
    texts = dict(sources)
    found, foreign = [], []
    for place, piece in enumerate(read):
        says_nothing = not piece.read and len(piece.text) <= LONGEST_SENTENCE
        if place in supported or says_nothing:
            found.append(_support(piece, supported.get(place, ())))
        else:
            finding, missing = _unsupported(piece, omitted.get(place), known, own)
            found.append(finding)
            foreign += missing
    told = (_shown(finding, texts) for finding in found)
    return Findings(tuple(told), tuple(dict.fromkeys(foreign)))


@cache
def _courtesies(language: str) -> Sources:
    """The fixed phrases of a language, read once."""
    return sources_of(((COURTESY, phrase, 0) for phrase in wording(language).courtesies), language)


def pieces(body: str) -> list[str]:
    """The sentences of a draft in order, white space squeezed."""
    return [squeezed(sentence) for sentence in sentences(body)]


def facts(text: str) -> list[str]:
    """Everything in a text that could do harm when wrong, in a form that can be compared."""
    return [value.key for value in values(text)]


def _piece(text: str, words: Wording) -> Piece:
    read = tokens(text) if len(text) <= LONGEST_SENTENCE else []
    items = canonical(read, 0, len(read), words)
    return Piece(text, read, items, [item.word for item in items])


def _supported(read: Sequence[Piece], known: Sources) -> tuple[dict[int, tuple[Tile, ...]], dict[int, str]]:
    """The tiles of each supported piece, and what binds the others though their words stand in a source.

    What a unit leaves out may be told by another piece, so all are looked for before any is judged.
    """
    candidates = [_candidates(read, place, known) for place in range(len(read))]
    told = told_by(found[0] for found in candidates if found)
    supported: dict[int, tuple[Tile, ...]] = {}
    omitted: dict[int, str] = {}
    for place, found in enumerate(candidates):
        if place not in supported:
            _judge(place, found, told, known, supported, omitted)
    return supported, omitted


def _candidates(read: Sequence[Piece], place: int, known: Sources) -> list[Cover]:
    return list(islice(chain(covers(read, place, known), turned(read[place], known)), MOST_COVERS))


def _judge(
    place: int,
    found: Sequence[Cover],
    told: Told,
    known: Sources,
    supported: dict[int, tuple[Tile, ...]],
    omitted: dict[int, str],
) -> None:
    for cover in found:
        missing = omission(cover, told, known)
        if missing is None:
            supported |= {place + number: share for number, share in enumerate(cover.shares)}
            return
        omitted.setdefault(place, missing)


def _support(piece: Piece, tiles: Sequence[Tile]) -> SentenceFinding:
    told = [tile for tile in tiles if tile.sentence.passage_id != COURTESY]
    if not told:
        return SentenceFinding(piece.text, COURTESY)
    sentence = told[0].sentence
    same = [tile for tile in told if tile.sentence.passage_id == sentence.passage_id]
    spans = [tile.sentence.span(tile.first, tile.end) for tile in same]
    span = (min(start for start, _ in spans), max(end for _, end in spans))
    return SentenceFinding(piece.text, "quoted" if _verbatim(piece, tiles) else "aligned", sentence.passage_id, span)


def _shown(finding: SentenceFinding, texts: Mapping[str, str]) -> SentenceFinding:
    """The finding with the words of its source."""
    if finding.passage_id is None or finding.span is None:
        return finding
    start, end = finding.span
    return replace(finding, source=texts[finding.passage_id][start : min(end, start + LONGEST_SENTENCE)])


def _verbatim(piece: Piece, tiles: Sequence[Tile]) -> bool:
    """Whether the tiles are whole units and hold the piece's very words, numbers and pauses."""
    written: list[tuple[str, str]] = []
    for tile in tiles:
        cuts: Mapping[int, int] = tile.sentence.cuts
        if tile.first not in cuts or tile.end not in cuts:
            return False
        read = tile.sentence.read[cuts[tile.first] : cuts[tile.end]]
        written += [(token.text, "" if not place else token.pause) for place, token in enumerate(read)]
    mine = [(token.text, token.pause) for token in piece.read]
    return [text for text, _ in mine] == [text for text, _ in written] and all(
        not theirs or bool(theirs) == bool(pause) for (_, pause), (_, theirs) in zip(mine, written, strict=True)
    )


def _unsupported(
    piece: Piece, omitted: str | None, known: Sources, own: frozenset[str]
) -> tuple[SentenceFinding, list[str]]:
    if not piece.read:
        return SentenceFinding(squeezed(piece.text[:200]), "none", faults=(TOO_LONG,)), []
    sentence = nearest(piece, known, COURTESY)
    faults = differences(piece, sentence, known, own)
    if omitted is not None:
        faults = (f"the source also says “{squeezed(omitted)[:80]}”",)
    passage_id = sentence.passage_id if sentence else None
    span = sentence.span(0, len(sentence.items)) if sentence else None
    return SentenceFinding(piece.text, "none", passage_id, span, faults), foreign_values(piece.text, sentence, own)
