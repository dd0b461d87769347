"""Decides how many questions could be answered alone, and whether thresholds earned from verdicts keep their budget.

A stand-in for a desk: an answer is accepted when the article that it quotes is one of the question's; what else goes
into confidence (category, grounding, language, length) is taken as perfect. Everything is cross-fitted: no verdict has
a say in the confidence by which it is judged.

The questions of the file are the population. Each split draws reviews from it (with replacement when more are wanted
than there are), learns and earns a threshold from these alone, and serves the whole population: the realised error is
exact, not an estimate. Beside it stands the error on the questions not drawn, which chance alone moves: among 200
answers with a true share of 1.5 %, 4 and more errors come in every third sample. Withholding takes a random part of the
articles away, so that there are questions that nothing answers; ten splits share one such draw.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.confidence import FOLDS, RECORD, Evidence, calibration_error, folds_of, lead_score, matrix
from copilot.earning import LOOKS_GROW, Review, earn, is_look, naive
from copilot.evals.retrieval import Encoded, Question, read_set
from copilot.experience import learn, tallies_of
from copilot.precedents import Precedent, Precedents
from knowledge.embedding import Embedder, Progress, Vectors
from knowledge.retrieval import Retrieval

PRECISIONS = ("0.95", "0.98")
REPEATS = 10
SPLITS_A_DRAW = 10
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What would be answered to each question, and whether people would have accepted it."""

    evidence: Sequence[Evidence]
    articles: Sequence[str]
    vectors: Sequence[Vectors]
    accepted: Flags
    remembered: bool = True

    @classmethod
    def of(cls, encoded: Encoded, found: Sequence[Retrieval], remembered: bool = True) -> "Answers":
        """The first match of each question; a question without any is answered wrongly, with no confidence. When they
        are not `remembered`, no answer is a precedent of another."""
        first = [retrieval.matches[0].passage.article_id if retrieval.matches else "" for retrieval in found]
        accepted = right(first, encoded.questions)
        return cls([evidence(retrieval) for retrieval in found], first, encoded.asked, accepted, remembered)

    def __len__(self) -> int:
        return len(self.articles)

    def precedents(self, places: Sequence[int]) -> list[Precedent]:
        """The verdicts on these answers."""
        named = self.articles if self.remembered else [str(at) for at in range(len(self))]
        return [Precedent(named[at], self.vectors[at], bool(self.accepted[at])) for at in places]


@dataclass(frozen=True, slots=True)
class Served:
    """What a threshold does to the population: the share answered, the share of errors among these, and among those
    not drawn for review; None where nothing is answered."""

    coverage: float
    error: float | None
    held_out_error: float | None


@dataclass(frozen=True, slots=True)
class Split:
    """One draw of reviews: what the earned and the naive threshold do, and the best that could be; `ever`: whether the
    earned one exceeded the budget at any look (None: only the last was taken)."""

    earned: Served
    naive: Served
    best_coverage: float
    ever: bool | None = None


def evaluate_answers(
    articles_path: Path,
    queries_path: Path,
    embedder: Embedder,
    *,
    budget: float = 0.02,
    level: float = 0.95,
    splits: int = 100,
    reviews: Sequence[int] = (),
    withhold: float = 0.0,
    precedents: bool = True,
    sequential: bool = False,
    progress: Progress | None = None,
    splitting: Progress | None = None,
) -> Figures:
    """Return n, the share accepted, the calibration error, coverage_at_precision (the largest share of questions that
    can be answered at 95 and 98 % precision, most confident first), and for each number of `reviews` (default: half of
    the questions) what the earned and the naive threshold do; see `_summary`.

    `budget`, `level` and `withhold` are shares; without `precedents` articles have no record. `sequential` takes the
    looks before the last as well, at half as many reviews each (`copilot.earning.is_look`). `progress` tells of texts
    encoded, `splitting` of splits done, each with how many there are. Raises `ValueError` naming file, line and field,
    or for a file with too few questions.
    """
    encoded = Encoded.of(*read_set(articles_path, queries_path), embedder, progress)
    n = len(encoded.questions)
    if n < FOLDS:
        raise ValueError(f"{queries_path}: at least {FOLDS} questions are needed")
    whole = Answers.of(encoded, encoded.search(), precedents)
    sizes = tuple(reviews) or (n // 2,)
    done: dict[int, list[Split]] = {size: [] for size in sizes}
    for number, answers in enumerate(_populations(encoded, whole, splits, withhold)):
        for size in sizes:
            done[size].append(_split(answers, size, budget, level, np.random.default_rng([number, size]), sequential))
        if splitting is not None:
            splitting(number + 1, splits)
    by_reviews = [{"reviews": size, **_summary(done[size], budget)} for size in sizes]
    last = by_reviews[-1]
    return {
        "n": n,
        "accepted": float(whole.accepted.mean()),
        **_confidence_figures(whole),
        "budget": budget,
        "confidence": level,
        "splits": splits,
        "withheld": withhold,
        "precedents": precedents,
        "earned": last["earned"],
        "naive": last["naive"],
        "best_coverage": last["best_coverage"],
        "by_reviews": by_reviews,
    }


def evidence(found: Retrieval) -> Evidence:
    """The retrieval's part of confidence; the other inputs as good as can be."""
    match = found.matches[0].dense if found.matches else 0.0
    return Evidence(
        answerable=found.answerable,
        match=min(1.0, max(0.0, match)),
        lead=lead_score(found.margin),
        category=1.0,
        scope=1.0,
        grounded=1.0,
        language=1.0,
        length=1.0,
    )


def right(first: Sequence[str], questions: Sequence[Question]) -> Flags:
    """Whether the quoted article is one of the question's."""
    pairs = zip(first, questions, strict=True)
    return np.array([article in question.article_ids for article, question in pairs], dtype=np.bool_)


def coverage_at(confidences: Floats, accepted: Flags, precision: float) -> float:
    """The largest share that can be answered with at least this precision, most confident first, equals together."""
    order = np.argsort(-confidences, kind="stable")
    among = np.arange(1, len(order) + 1)
    precise = np.cumsum(accepted[order]) / among >= precision
    whole_groups = np.append(confidences[order][1:] < confidences[order][:-1], True)
    enough = np.flatnonzero(precise & whole_groups)
    return float(among[enough[-1]] / len(order)) if len(enough) else 0.0


def _confidence_figures(answers: Answers) -> Figures:
    """Means over `REPEATS` ways of making folds, so that no figure hangs on one."""
    runs = []
    for seed in range(REPEATS):
        order = [int(at) for at in np.random.default_rng(seed).permutation(len(answers))]
        rows = [(answers.evidence[at], bool(answers.accepted[at])) for at in order]
        runs.append((np.array(learn(rows, answers.precedents(order), order).confidences), answers.accepted[order]))
    errors = [calibration_error([(float(c), bool(a)) for c, a in zip(*run, strict=True)]) for run in runs]
    return {
        "coverage_at_precision": {
            wanted: fmean(coverage_at(*run, float(wanted)) for run in runs) for wanted in PRECISIONS
        },
        "ece": fmean(error.error or 0.0 for error in errors),
        "ece_expected": fmean(error.expected or 0.0 for error in errors),
    }


def _populations(encoded: Encoded, whole: Answers, splits: int, withhold: float) -> Iterator[Answers]:
    """One population a split; withheld articles are drawn anew every `SPLITS_A_DRAW`."""
    ids = sorted(article.id for article in encoded.articles)
    for number in range(splits):
        if withhold and number % SPLITS_A_DRAW == 0:
            drawn = np.random.default_rng([number, 1]).permutation(len(ids))[: round(withhold * len(ids))]
            whole = Answers.of(encoded, encoded.search({ids[at] for at in drawn}), whole.remembered)
        yield whole


def _split(
    answers: Answers, size: int, budget: float, level: float, random: np.random.Generator, sequential: bool
) -> Split:
    n = len(answers)
    drawn = [int(at) for at in (random.integers(0, n, size) if size > n else random.permutation(n)[:size])]
    pool, served = _learned(answers, drawn)
    threshold = earn(pool, budget, level).threshold
    held_out = np.ones(n, dtype=np.bool_)
    held_out[drawn] = False

    def outcome(threshold: float | None) -> Served:
        sent = served >= (2.0 if threshold is None else threshold)
        return Served(float(sent.mean()), _error(answers, sent), _error(answers, sent & held_out))

    best = coverage_at(served, answers.accepted, 1 - budget)
    earned = outcome(threshold)
    exceeded = (earned.error or 0.0) > budget
    ever = exceeded or any(
        _exceeds(answers, drawn[:look], budget, level) for look in looks_before(size, budget, level) if sequential
    )
    return Split(earned, outcome(naive(pool, budget)), best, ever if sequential else None)


def looks_before(size: int, budget: float, level: float) -> list[int]:
    """Return the numbers of reviews at the looks before one at `size`, the latest first."""
    looks = [size // LOOKS_GROW]
    while is_look(looks[-1], 0, budget, level):
        looks.append(looks[-1] // LOOKS_GROW)
    return looks[:-1]


def _exceeds(answers: Answers, drawn: Sequence[int], budget: float, level: float) -> bool:
    """Whether the threshold earned from these reviews errs more often than the budget on the population."""
    pool, served = _learned(answers, drawn)
    threshold = earn(pool, budget, level).threshold
    return threshold is not None and (_error(answers, served >= threshold) or 0.0) > budget


def _learned(answers: Answers, drawn: Sequence[int]) -> tuple[list[Review], Floats]:
    """The reviews drawn with cross-fitted confidences, and the confidences that the whole population gets then."""
    rows = [(answers.evidence[at], bool(answers.accepted[at])) for at in drawn]
    learned = learn(rows, answers.precedents(drawn), drawn)
    pool = [Review(confidence, label) for confidence, (_, label) in zip(learned.confidences, rows, strict=True)]
    return pool, learned.model.of_inputs(_as_served(answers, drawn, learned.precedents))


def _as_served(answers: Answers, drawn: Sequence[int], known: Precedents) -> Floats:
    """The inputs of the whole population; a question that was reviewed is not told its own verdict, as no new ticket
    is."""
    fold_of = dict(zip(drawn, folds_of(drawn, FOLDS, len(drawn)), strict=True))
    everyone = range(len(answers))
    inputs = matrix(answers.evidence)
    tallies = tallies_of(known, answers.precedents(everyone), FOLDS)
    for fold in (*range(FOLDS), None):
        places = [at for at in everyone if fold_of.get(at) == fold]
        inputs[places, RECORD] = known.records(tallies[places], () if fold is None else (fold,))
    return inputs


def _error(answers: Answers, sent: Flags) -> float | None:
    return float(1 - answers.accepted[sent].mean()) if sent.any() else None


def _summary(done: Sequence[Split], budget: float) -> Figures:
    """Means over splits: `violations` is the share whose error on the population exceeds the budget, `coverage` the
    share answered (0 where nothing was proven), `of_best` that as a share of the best possible threshold's coverage,
    `nothing` the share of splits in which nothing was proven; `ever_exceeded` the share in which the earned threshold
    exceeded the budget at any look (None: only the last was taken)."""
    best = fmean(split.best_coverage for split in done)
    return {
        "earned": _side([split.earned for split in done], best, budget),
        "naive": _side([split.naive for split in done], best, budget),
        "best_coverage": best,
        "ever_exceeded": None
        if any(split.ever is None for split in done)
        else fmean(bool(split.ever) for split in done),
    }


def _side(served: Sequence[Served], best: float, budget: float) -> Figures:
    def violating(error_of: Callable[[Served], float | None]) -> float:
        return fmean((error_of(one) or 0.0) > budget for one in served)

    coverage = fmean(one.coverage for one in served)
    return {
        "violations": violating(lambda one: one.error),
        "violations_held_out": violating(lambda one: one.held_out_error),
        "coverage": coverage,
        "of_best": coverage / best if best else None,
        "nothing": fmean(one.error is None for one in served),
    }
