"""Fits category models once to the same examples: hundreds of tests teach the sample categories anew, which takes half
a second each time and, as the tests of `triage` show without this, gives the same model."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from triage import assess, learning
from triage.categories import CategoryModel, HeldOut, fit_with_held_out
from triage.examples import NO_EXAMPLES, Examples

MODELS_KEPT = 100
_fitted: OrderedDict[bytes, tuple[CategoryModel, HeldOut]] = OrderedDict()


@contextmanager
def remembered_models() -> Iterator[None]:
    """Meanwhile, what has been fitted in this process to exactly these examples is not fitted again."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (assess, learning):
            patch.setattr(module, "fit_with_held_out", fit_or_remember)
        yield


def fit_or_remember(
    examples: Examples,
    validation: Examples | None = None,
    names: Examples = NO_EXAMPLES,
    outside: Examples = NO_EXAMPLES,
) -> tuple[CategoryModel, HeldOut]:
    """`fit_with_held_out`, of which the newest results are kept."""
    key = _digest(examples, validation, names, outside)
    if key not in _fitted:
        _fitted[key] = fit_with_held_out(examples, validation, names, outside)
        if len(_fitted) > MODELS_KEPT:
            _fitted.popitem(last=False)
    _fitted.move_to_end(key)
    return _fitted[key]


def _digest(*given: Examples | None) -> bytes:
    digest = hashlib.sha256()
    for rows in given:
        digest.update(repr(rows and (rows.vectors.shape, rows.texts, rows.labels)).encode("utf-8", "backslashreplace"))
        digest.update(rows.vectors.tobytes() if rows else b"")
    return digest.digest()
