"""Decides what a person's verdict on a draft says of the articles that were found for it. Records nothing.

A draft accepted as it was: its article was right. Words of another candidate in what was sent instead: that one was. A
rejection for the article, or for missing the question: the cited one was wrong. Anything else says nothing of articles.
"""

from collections.abc import Mapping, Sequence

from copilot.plaintext import plain, squeezed
from copilot.store import articles, rankers
from copilot.store.rankers import JudgedDraft
from copilot.store.session import Session
from knowledge.ranker import FEATURES, Judged
from knowledge.sentences import sentences

MOST_VERDICTS = 2_000
LONG_ENOUGH = 30  # characters of a sentence that two articles hardly share by chance
AGAINST_THE_ARTICLE = ("wrong_article", "not_asked")


def judged(session: Session, after: int = 0) -> list[Judged]:
    """What the newest verdicts, of those after the one numbered `after`, say; of one draft the last counts."""
    rows = [row for row in rankers.judged_drafts(session, MOST_VERDICTS) if row.verdict_id > after]
    last = {row.draft_id: row for row in rows if len(row.candidates) > 1 and row.citations}
    asked_for = {name for row in last.values() if _was_changed(row) for name in _ids(row)}
    texts = passage_texts(session, sorted(asked_for))
    found = (lesson(row, texts) for row in last.values())
    return [one for one in found if one is not None]


def passage_texts(session: Session, article_ids: Sequence[str]) -> dict[str, str]:
    """The words of these articles as customers read them."""
    texts: dict[str, str] = {}
    for start in range(0, len(article_ids), articles.AT_ONCE):
        for row in articles.passages_of(session, article_ids[start : start + articles.AT_ONCE]):
            texts[row.article_id] = f"{texts.get(row.article_id, '')}\n{squeezed(plain(row.text))}"
    return texts


def lesson(row: JudgedDraft, texts: Mapping[str, str]) -> Judged | None:
    """What one verdict says, None when that is nothing; `texts` are the candidates' words by article."""
    ids = _ids(row)
    cited = next((name for name in _cited(row) if name in ids), None)
    other = _quoted_instead(row, texts) if _was_changed(row) else None
    if other is not None:
        chosen, right = other, True
    elif cited is not None and _was_accepted(row):
        chosen, right = cited, True
    elif cited is not None and _is_against_article(row):
        chosen, right = cited, False
    else:
        return None
    features = tuple(tuple(float(value) for value in one["features"]) for one in row.candidates)
    if any(len(values) != len(FEATURES) for values in features):
        return None  # recorded by a version with other signs
    return Judged(row.draft_id, tuple(ids), features, ids.index(chosen), right)


def _ids(row: JudgedDraft) -> list[str]:
    return [str(one["article_id"]) for one in row.candidates]


def _cited(row: JudgedDraft) -> list[str]:
    return [str(one["article_id"]) for one in row.citations]


def _was_changed(row: JudgedDraft) -> bool:
    return row.sent is not None and not row.accepted


def _was_accepted(row: JudgedDraft) -> bool:
    unchanged = row.accepted is None and not row.edited
    return row.kind == "approved" and (row.accepted is True or unchanged)


def _is_against_article(row: JudgedDraft) -> bool:
    return row.kind == "rejected" and row.reason_code in AGAINST_THE_ARTICLE


def _quoted_instead(row: JudgedDraft, texts: Mapping[str, str]) -> str | None:
    """The best other candidate of which a whole sentence was sent, when none of what the draft cited was."""
    told = [squeezed(sentence) for sentence in sentences(row.sent or "")]
    said = [sentence for sentence in told if len(sentence) >= LONG_ENOUGH]
    quoted = [name for name in _ids(row) if any(sentence in texts.get(name, "") for sentence in said)]
    return quoted[0] if quoted and not set(quoted) & set(_cited(row)) else None
