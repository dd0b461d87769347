"""Runs every benchmark; `python -m benchmarks NAME …` runs some."""

import sys
from collections.abc import Callable

from benchmarks import (
    business_time,
    gaps,
    gates,
    indexing,
    pipeline,
    queue_page,
    ranking,
    reports,
    retrieval,
    search,
    store,
)

BENCHMARKS: dict[str, Callable[[], None]] = {
    "business_time": business_time.main,
    "gaps": gaps.main,
    "gates": gates.main,
    "indexing": indexing.main,
    "pipeline": pipeline.main,
    "queue_page": queue_page.main,
    "ranking": ranking.main,
    "reports": reports.main,
    "retrieval": retrieval.main,
    "search": search.main,
    "store": store.main,
}


def main() -> None:
    """Run the named benchmarks, or all."""
    for name in sys.argv[1:] or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
