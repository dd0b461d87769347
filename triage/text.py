"""Decides which part of a message is the customer's own words, the only part worth embedding.

It refuses to know HTML, attachments and channels: what arrives is plain text that a channel has already decoded. It
cuts generously, because what it returns is only ever measured, never shown or sent; the agent always sees the whole
message. Work is linear in the length of the input, and every pattern is tried on the head of one line only.
"""

import re
from collections.abc import Sequence

MAX_SCANNED = 1_000_000
MAX_SUBJECT = 1_000
_LINE_HEAD = 300
_ATTRIBUTION_LINES = 3
_CLOSING_LINES = 6
_DASHES = frozenset({"--", "—"})  # what signatures begin with

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_REPLY_PREFIX = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|rv|sv|vs|antw|rif)\s?(?:\[\d{1,3}\])?\s?:\s*){1,20}", re.I)

_ATTRIBUTION_START = re.compile(r"(?:on|le|am|el|il|op|em|dnia|w dniu)\s.*\d", re.I)
_ATTRIBUTION_END = re.compile(
    r"(?:wrote|a écrit|schrieb(?:\s.{0,200})?|escribió|ha scritto|schreef(?:\s.{0,200})?|escreveu|napisał)\s?:\s*$",
    re.I,
)
_HISTORY = re.compile(
    r"[-_ ]{2,40}(?:original message|message d'origine|message transféré|ursprüngliche nachricht|originalnachricht"
    r"|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|reply above this line)"
    r"[-_ ]{0,40}$",
    re.I,
)
_HEADER_FROM = re.compile(r"\*?(?:from|de|von|da|van)\s?:\*?\s?\S", re.I)
_HEADER_SENT = re.compile(r"\*?(?:sent|date|envoyé|gesendet|datum|enviado|inviato|data|verzonden)\s?(?:le)?\s?:", re.I)
_DEVICE = re.compile(
    r"(?:sent (?:from|via|with) (?:my |the )?\S|get outlook for|envoyé (?:de|depuis|à partir de) mon"
    r"|télécharge[rz] outlook|von meinem \S{1,40}(?: \S{1,40}){0,2} gesendet|gesendet (?:von|mit) (?:meinem|der)"
    r"|enviado desde mi|inviato da(?:l mio)? i|verstuurd vanaf)",
    re.I,
)
_GREETING_WORD = (
    r"(?:hi|hello|hey|hiya|dear|greetings|good (?:morning|afternoon|evening|day)|to whom it may concern|bonjour|bonsoir"
    r"|salut|coucou|cher|chère|madame|monsieur|hallo|guten (?:tag|morgen|abend)|moin|servus|sehr geehrte[rs]?"
    r"|liebe[rs]?|hola|buenos días|buenas tardes|ciao|buongiorno|olá|beste|geachte|dzień dobry)"
)
_GREETING = re.compile(
    _GREETING_WORD + r"(?:(?: [^\s?!,.:]{1,30}){0,5}\s?[,!.:]+|(?: (?:there|all|team|everyone|sir|madam))?)$", re.I
)
_CLOSING = re.compile(
    r"(?:(?:with |mit |avec )?(?:(?:kind|best|warm|many|kindest|warmest) )?(?:regards|wishes)|best|cheers|sincerely"
    r"|yours(?: (?:sincerely|faithfully|truly))?|(?:many )?thanks(?: (?:so much|a lot|again|in advance))?"
    r"|thank you(?: (?:so much|very much|again|in advance))?|thanks and regards|(?:bien )?cordialement|bien à vous"
    r"|cordiales salutations|sincères salutations|salutations|merci(?: (?:d'avance|beaucoup|bien))?"
    r"|bonne (?:journée|soirée)"
    r"|(?:mit )?(?:freundlichen?|besten?|liebe|viele|herzliche|schöne) grü(?:ß|ss)en?|mfg|lg|vg|grü(?:ß|ss)e"
    r"|(?:vielen |besten )?dank(?: im voraus)?|danke(?: (?:im voraus|schön|sehr))?|saludos|un saludo|atentamente"
    r"|gracias|cordiali saluti|grazie|obrigad[oa]|met vriendelijke groet(?:en)?|pozdrawiam)\s?[,.!]*$",
    re.I,
)
_NAME_LINE = 60
_BARE_DEVICE = re.compile(
    r"(?:sent from my|get outlook for|envoyé (?:de|depuis|à partir de) mon|von meinem|gesendet von meinem"
    r"|enviado desde mi|inviato da(?:l mio)?|verstuurd vanaf)\s[^,?!;]{1,30}$",
    re.I,
)


def readable(subject: str, body: str, limit: int = 20_000) -> str:
    """Return subject and the customer's own words, subject first on its own line, at most `limit` characters.

    Invisible characters, quoted history, signatures, greeting and closing lines are removed. When cutting would leave
    nothing, less is cut: the result is empty only when neither part holds a visible character. Raises ValueError when
    `limit` is not positive.
    """
    if limit < 1:
        raise ValueError("limit: must be at least 1")
    title = _one_line(_REPLY_PREFIX.sub("", visible(subject[:MAX_SUBJECT]).strip(), count=1))
    whole = visible(body[:MAX_SCANNED]).strip()
    lines = [line.strip() for line in whole.split("\n")]
    own = _join(_own_words(lines))
    if not title and not own:
        own = _join(lines) or _one_line(visible(subject[:MAX_SUBJECT]))
    if title and own[: len(title)].casefold() == title.casefold():
        title = ""
    return f"{title}\n{own}".strip()[:limit].strip()


def says_nothing(text: str) -> bool:
    """Return whether a readable text tells nothing of what it is about: it holds no letter, or is a marked signature.

    `readable` leaves a signature only where it found nothing else.
    """
    first, *others = text.split("\n")
    if first in _DASHES or _BARE_DEVICE.match(first):
        return len(others) <= _CLOSING_LINES and all(len(line) <= _NAME_LINE and "?" not in line for line in others)
    return not any(map(str.isalpha, text))


def visible(text: str) -> str:
    """Return `text` without control, invisible, bidirectional and surrogate characters, runs of spaces as one."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text)))


def _own_words(lines: Sequence[str]) -> list[str]:
    history_cut = _without_history(lines)
    kept = _without_closing(history_cut)
    if not any(kept):  # a message that is nothing but "Thank you!" means it
        kept = history_cut
    while kept and (not kept[0] or _GREETING.match(kept[0][:_LINE_HEAD])):
        kept = kept[1:]
    return kept


def _without_history(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if _ends_message(lines, index):
            break
        quoted_from = _after_attribution(lines, index)
        if quoted_from is None:
            if not line.startswith(">"):
                kept.append(line)
            index += 1
        elif _next_text(lines, quoted_from).startswith(">"):
            index = quoted_from
        else:
            break
    return kept


def _ends_message(lines: Sequence[str], index: int) -> bool:
    head = lines[index][:_LINE_HEAD]
    if head in _DASHES or _HISTORY.match(head) or _DEVICE.match(head):
        return True
    return bool(_HEADER_FROM.match(head)) and any(
        _HEADER_SENT.match(near[:40]) for near in lines[index + 1 : index + 3]
    )


def _after_attribution(lines: Sequence[str], index: int) -> int | None:
    """Return the line after an "On … wrote:" that starts at `index` and may be wrapped, or None when there is none."""
    if not _ATTRIBUTION_START.match(lines[index][:_LINE_HEAD]):
        return None
    for after in range(index + 1, min(index + _ATTRIBUTION_LINES, len(lines)) + 1):
        if _ATTRIBUTION_END.search(lines[after - 1][-_LINE_HEAD:]):
            return after
    return None


def _next_text(lines: Sequence[str], index: int) -> str:
    return next((line for line in lines[index : index + 5] if line), "")


def _without_closing(lines: list[str]) -> list[str]:
    """Cut from a closing such as "Kind regards" on, when only a few short lines (a name, a company) follow it."""
    tail: list[int] = [index for index in range(max(0, len(lines) - 20), len(lines)) if lines[index]][-_CLOSING_LINES:]
    for position, index in enumerate(tail):
        followers = [lines[after] for after in tail[position + 1 :]]
        if _CLOSING.match(lines[index][:_LINE_HEAD]) and all(
            len(text) <= _NAME_LINE and "?" not in text for text in followers
        ):
            return lines[:index]
    return lines


def _join(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line)


def _one_line(text: str) -> str:
    return " ".join(text.split())
