"""Runs blocking work beside the event loop; the only bridge from the few async places to the sync service."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from litestar.concurrency import sync_to_thread

Params = ParamSpec("Params")
Result = TypeVar("Result")


async def in_thread(work: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
    """The result of `work`, run in a thread."""
    return await sync_to_thread(work, *args, **kwargs)
