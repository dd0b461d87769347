"""Parameters that several handlers take, with their limits."""

from typing import Annotated

from litestar.params import PathParameter

LARGEST_ID = 2_147_483_647

Id = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
