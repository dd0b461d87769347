"""Decides which sentences of a ticket ask for something, so that a ticket with several questions is noticed.

It refuses to know answers and categories. A sentence asks when it ends in a question mark, or begins as a request does
in English, French, German or Spanish; "Can you help me?" says nothing of its own and is left out, and a question that
shares most of its words with an earlier one, or has but one of its own ("How exactly?"), is the same question again.
"""

import re
from collections.abc import Iterator
from functools import cache

from triage.lexicon import lexicon

MAX_SCANNED = 20_000
MAX_QUESTIONS = 10
LONGEST = 400
SAME = 0.5  # the share of the shorter question's words that the other has as well

_SENTENCE = re.compile(r"[^.!?…\n]{1,2000}(?:[?!…]{1,20}|\.(?=\s|$)|$|\n|\.)")
_WORD = re.compile(r"[^\W\d_]{2,40}|\d{1,20}")
_REQUEST = re.compile(
    r"(?:\d{1,2}[.)]\s*|[-*•]\s*)?"
    r"(?:(?:and|also|secondly|finally|then|et|aussi|ensuite|enfin|und|außerdem|ausserdem|auch|zudem|y|también)[,:]?\s+){0,2}"
    r"(?:please\s|kindly\s|(?:can|could|would|will)\s(?:you|i|we|someone)\s|(?:i|we)\s(?:would\slike\sto|want\sto|need\sto"
    r"|wish\sto)\s|(?:i'd|we'd)\slike\sto\s|let\sme\sknow\s|tell\sme\s|how\s(?:do|can|long|much|many)\s"
    r"|merci\sde\s|veuillez\s|pouvez-vous\s|pourriez-vous\s|peux-tu\s|je\s(?:voudrais|souhaite|souhaiterais|veux|dois)\s"
    r"|comment\s(?:puis|faire|peut)|dites-moi\s"
    r"|bitte\s(?!sch)|k(?:ö|oe)nn(?:en|ten)\s(?:sie|wir)\s|kann\s(?:ich|man)\s|ich\s(?:möchte|moechte|will|brauche|würde)\s"
    r"|wie\s(?:kann|lange|viel)\s|sagen\ssie\smir\s|por\sfavor\s|puede(?:n|s)?\s|podría[ns]?\s|quisiera\s|quiero\s)",
    re.I,
)
_WORDS_OF_ASKING = """
can could would will you your yours i me my mine we us our please kindly help assist assistance thanks thank it this
that there anyone someone somebody hello hi hey let know tell now asap soon what is the matter question questions
have has had a an to with of for in on be do does about any just look into advise fix issue problem pouvez vous
pourriez aider aide moi je nous merci bonjour svp plait une cela ça le la de können könnten sie mir ich uns helfen
hilfe bitte danke hallo eine frage das damit weiter dabei puede podría ayudar ayudarme ayuda gracias hola por favor
"""
_EMPTY = frozenset(_WORDS_OF_ASKING.split())


def questions(text: str) -> tuple[str, ...]:
    """Return the different questions and requests of a readable text, in its order and words, at most ten."""
    found: list[tuple[str, frozenset[str]]] = []
    for sentence in _asking(text[:MAX_SCANNED]):
        words = _content(sentence)
        if len(words) > bool(found) and not any(_same(words, earlier) for _, earlier in found):
            found.append((sentence[:LONGEST], words))
        if len(found) == MAX_QUESTIONS:
            break
    return tuple(sentence for sentence, _ in found)


def _asking(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        if sentence.rstrip("!…").endswith("?") or _REQUEST.match(sentence):
            yield sentence


def _content(sentence: str) -> frozenset[str]:
    """Return the words that say what is asked, without function words and the words of asking."""
    words = {word.casefold() for word in _WORD.findall(sentence)}
    return frozenset(words - _EMPTY - _function_words())


def _same(words: frozenset[str], earlier: frozenset[str]) -> bool:
    return len(words & earlier) >= SAME * min(len(words), len(earlier))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(word for words in lexicon()["function_words"].values() for word in words)
