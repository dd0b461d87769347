"""How much a small sample can tell: intervals for a share and for a quantile, with nothing assumed about the times.

Plain formulas on counts; it knows nothing of timers.
"""

from math import exp, lgamma, log, sqrt

CONFIDENCE = 0.95
_Z = 1.959963984540054  # the two-sided 95 % point of the normal distribution


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval (low, high) for a share seen as `hits` of `of`; (0, 1) when nothing was seen.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def quantile_ranks(share: float, of: int) -> tuple[int, int | None]:
    """The ranks (from 1) of the two sorted values that enclose the `share` quantile with 95 % confidence.

    Exact and free of assumptions: a rank's chance is a binomial sum (W. J. Conover, Practical Nonparametric Statistics,
    ch. 3.2). The upper rank is None when `of` values are too few to bound the quantile from above.
    """
    if of < 1 or not 0 < share < 1:
        raise ValueError("share: expected a share between 0 and 1 of at least one value")
    tail = (1 - CONFIDENCE) / 2
    low, high, below = 1, None, 0.0
    for count in range(of):
        below += exp(_log_binomial(of, count) + count * log(share) + (of - count) * log(1 - share))
        if below <= tail:
            low = count + 1
        if below >= 1 - tail:
            high = count + 1
            break
    return low, high


def _log_binomial(of: int, count: int) -> float:
    return lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
