"""Which rows are nearest."""

import numpy as np
import pytest

from knowledge import vector_rows
from knowledge.vector_rows import Rows


def units(count, seed=0, dimension=32):
    """Vectors of which the later directions count for less, as those of texts."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimension)) / np.arange(1, dimension + 1)
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def filled(vectors):
    rows = Rows(vectors.shape[1])
    for number, vector in enumerate(vectors):
        rows.add(str(number), [f"{number}#0"], vector[None])
    return rows


def ids(found):
    return [int(name[1]) for name, _ in found]


def test_the_nearest_are_those_of_a_full_comparison():
    """Below the limit the result is exact, whatever was struck out."""
    vectors = units(500)
    rows = filled(vectors)
    for number in range(0, 500, 7):
        rows.remove(str(number))
    query = units(1, seed=1)[0]
    left = [number for number in range(500) if number % 7]
    expected = sorted(left, key=lambda number: -float(vectors[number] @ query))[:20]
    assert ids(rows.view().nearest(query, 20)) == expected
    assert len(rows) == len(left)


def test_many_rows_are_compared_coarsely_first(monkeypatch):
    """From many rows on nearly the same rows are found as in full, with exact scores, through edits and growth."""
    monkeypatch.setattr(vector_rows, "MANY", 1_000)
    monkeypatch.setattr(vector_rows, "CANDIDATES", 200)
    vectors = units(5_000)
    rows = Rows(32)
    for number, vector in enumerate(vectors):
        rows.add(str(number), [f"{number}#0"], vector[None])
        if number % 900 == 0:
            rows.view()
    for number in range(0, 5_000, 9):
        rows.remove(str(number))
    view, found, wanted = rows.view(), 0, 0
    for query in units(20, seed=2):
        scores = vectors @ query
        scores[::9] = -np.inf
        best = set(np.argsort(-scores)[:10])
        hits = view.nearest(query, 10)
        found, wanted = found + len(best & set(ids(hits))), wanted + 10
        assert [score for _, score in hits] == pytest.approx([float(scores[number]) for number in ids(hits)], abs=1e-6)
    assert found / wanted > 0.98


def test_a_view_stays_as_it_was():
    """What is added, replaced, struck out or moved later is not seen in a view taken before."""
    vectors = units(1_000)
    rows = filled(vectors)
    view, query = rows.view(), vectors[3]
    before = view.nearest(query, 5)
    for number in range(900):
        rows.remove(str(number))
    rows.add("new", ["new#0"], query[None])
    assert rows.view().nearest(query, 1)[0][0] == ("new#0", "new")
    assert view.nearest(query, 5) == before
    assert rows.articles == {*map(str, range(900, 1_000)), "new"}


def test_no_rows_or_no_hits_wanted():
    """Nothing is found among nothing, or when nothing is asked for."""
    assert Rows(4).view().nearest(np.ones(4, dtype=np.float32), 3) == []
    assert filled(units(5)).view().nearest(units(1)[0], 0) == []
