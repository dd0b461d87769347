"""Parameters that several handlers take, with their limits."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

from knowledge.articles import MAX_CATEGORY, Visibility
from knowledge.retrieval import ANYTHING, Only

LARGEST_ID = 2_147_483_647
MOST_ROWS = 200
LONGEST_QUERY = 2_000

Id = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)]
Language = Annotated[str | None, QueryParameter(max_length=40)]
CategoryName = Annotated[str | None, QueryParameter(max_length=MAX_CATEGORY)]
Offset = Annotated[int, QueryParameter(ge=0, le=LARGEST_ID)]


def narrowed(visibility: Visibility | None, language: str | None, category: str | None) -> Only | None:
    """What a search is narrowed to; None, or an empty text, narrows nothing."""
    only = Only(visibility or None, language or None, category or None)
    return None if only == ANYTHING else only
