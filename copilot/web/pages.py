"""Collects the handlers of everything that people see in a browser."""

from pathlib import Path
from typing import Any

from litestar.static_files import create_static_files_router

STATIC = Path(__file__).parent / "static"


def handlers() -> list[Any]:
    """Pages, fragments and static files."""
    return [create_static_files_router("/static", [STATIC], opt={"exclude_from_auth": True}, include_in_schema=False)]
