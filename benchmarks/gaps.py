"""Grouping 100,000 questions: time, memory and gaps, over made-up vectors in the dimensions of the default embedder."""

import resource
import time

import numpy as np
from threadpoolctl import threadpool_limits

from knowledge.gaps import Grouping, unit

QUESTIONS = 100_000
SUBJECTS = 5_000
DIMENSION = 384
BATCH = 64
# how far questions of one subject lie from its middle: their cosine to it is about 0.75, as paraphrases' of support
# questions are
NOISE = 0.045


def main() -> None:
    """Print what grouping took, in time of one processor."""
    threadpool_limits(limits=1, user_api="blas")
    rng = np.random.default_rng(0)
    middles = unit(rng.normal(size=(SUBJECTS, DIMENSION)).astype(np.float32))
    grouping, next_key, spent = Grouping(DIMENSION), 1, 0.0
    for _ in range(0, QUESTIONS, BATCH):
        subject = middles[rng.zipf(1.3, BATCH) % SUBJECTS]
        vectors = unit(subject + NOISE * rng.normal(size=subject.shape).astype(np.float32))
        began = time.process_time()
        next_key += sum(place.is_new for place in grouping.place(vectors, next_key))
        spent += time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = 1e6 * spent / QUESTIONS
    print(
        f"{QUESTIONS:,} questions of {SUBJECTS:,} subjects: {spent:.1f} s ({each:.0f} µs each), {len(grouping):,} gaps,"
        f" peak {peak:.0f} MB"
    )
