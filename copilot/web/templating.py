"""The Jinja environment: autoescape always on, undefined names are errors, assets and icons by name.

Decides how a static file is addressed (`?v=` from its content) and how an icon gets into a page (inline, so that it
takes the text's colour). Refuses to know any page.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from copilot.rejections import REASONS
from copilot.web import wording

WEB = Path(__file__).parent
STATIC = WEB / "static"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a static file, with a mark of its content so that it can be cached for ever."""
    try:
        mark = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    except OSError:
        return f"/static/{path}"
    return f"/static/{path}?v={mark}"


@lru_cache(maxsize=256)
def icon(name: str) -> Markup:
    """A decorative icon as inline SVG; an empty box of the same size when the file is not there."""
    try:
        source = (STATIC / "vendor" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    except OSError:
        source = '<svg class="lucide" viewBox="0 0 24 24"></svg>'
    drawing = COMMENT.sub("", source).strip().replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return Markup(drawing)  # noqa: S704 - a file of ours, named by a template


def iso(moment: datetime) -> str:
    """An instant as the `datetime` attribute of <time> wants it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain_time(moment: datetime) -> str:
    """The text of a <time> before the browser has turned it into local time."""
    return moment.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment that renders every page."""
    jinja = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals.update(asset=asset, icon=icon, wording=wording, rejections=REASONS)
    jinja.filters.update(iso=iso, plain_time=plain_time)
    return jinja


def render(name: str, **context: object) -> str:
    """The page or fragment `name` as HTML."""
    return environment().get_template(name).render(**context)
