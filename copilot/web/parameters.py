"""Parameters that several handlers take, with their limits."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

LARGEST_ID = 2_147_483_647
MOST_ROWS = 200
LONGEST_QUERY = 2_000

Id = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)]
Offset = Annotated[int, QueryParameter(ge=0, le=LARGEST_ID)]
