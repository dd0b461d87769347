"""What verdicts teach about drafts to come: how each article fares, and what its record is worth beside other evidence.

Pure. Cross-fitted throughout: no verdict has a say in the confidence by which it is itself judged, neither by the
model nor by the record of its article.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.confidence import FOLDS, RECORD, Floats, Labelled, Model, fit_inputs, folds_of, labels_of, matrix
from copilot.precedents import Precedent, Precedents

# questions compared with an article's precedents at a time, which bounds the memory
AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What verdicts teach: the model and the precedents to be served, and for each verdict its confidence by a model
    and precedents without its fold (`confidences`), as `copilot.earning` wants it."""

    model: Model
    precedents: Precedents
    confidences: tuple[float, ...]


def learn(rows: Labelled, precedents: Sequence[Precedent], groups: Sequence[Hashable], folds: int = FOLDS) -> Learned:
    """Return what verdicts teach when the record of each draft's article is taken from the other verdicts.

    `precedents` and `groups` belong to `rows` one by one; the rows' own `record` is not looked at. A model is fitted on
    records that leave out the row's own fold, as a new ticket's own verdict is not known either.
    """
    fold = np.array(folds_of(groups, folds, len(rows)), dtype=np.int64)
    inputs, accepted = matrix([evidence for evidence, _ in rows]), labels_of([label for _, label in rows])
    known = Precedents(precedents, [int(at) for at in fold], folds)
    tallies = tallies_of(known, precedents, folds)

    def seen(places: NDArray[np.bool_], without: int | None) -> Floats:
        """The inputs of some rows, with records of neither their own fold nor the one that is left out."""
        told = inputs.copy()
        for own in range(folds):
            rows_of_fold = fold == own
            told[rows_of_fold, RECORD] = known.records(
                tallies[rows_of_fold], (own,) if without is None else (own, without)
            )
        return told[places]

    everywhere = np.ones(len(rows), dtype=np.bool_)
    confidences = np.zeros(len(rows))
    for left_out in range(folds):
        inside = fold == left_out
        model = fit_inputs(seen(~inside, left_out), accepted[~inside])
        confidences[inside] = model.of_inputs(seen(inside, left_out))
    served = fit_inputs(seen(everywhere, None), accepted)
    return Learned(served, known, tuple(float(value) for value in confidences))


def tallies_of(known: Precedents, asked: Sequence[Precedent], folds: int) -> Floats:
    """Return what is known of each of these, in their order: shape (n, 4, folds)."""
    tallies = np.zeros((len(asked), 4, folds))
    of_article: dict[str, list[int]] = {}
    for place, row in enumerate(asked):
        of_article.setdefault(row.article_id, []).append(place)
    for article_id, places in of_article.items():
        for first in range(0, len(places), AT_ONCE):
            some = places[first : first + AT_ONCE]
            tallies[some] = known.tallies(article_id, [asked[place].vector for place in some])
    return tallies
