"""What every command shares: settings with logs, opened services, progress, results as text or as JSON."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from copilot import logs
from copilot.settings import Settings

stderr = Console(stderr=True)
Report = Callable[[int, int], None]


def settings_with_logs() -> Settings:
    """The settings, with logging set up after them."""
    settings = Settings()
    logs.configure(settings.log_level)
    return settings


@contextmanager
def opened() -> Iterator[Any]:
    """The services, closed at the end."""
    from copilot.wiring import build

    services = build(settings_with_logs())
    try:
        yield services
    finally:
        services.close()


@contextmanager
def ended_by_term() -> Iterator[None]:
    """Have SIGTERM end what goes on inside as Ctrl-C does, so that what it has claimed is let go."""

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A progress bar on standard error; yields a function of (done, total)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show(result: Any, as_json: bool) -> None:
    """Print a result: one JSON object, or a line a value for people."""
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, value in result.items():
        if name in ("reasons", "notes") and isinstance(value, list):
            for reason in value:
                click.echo(
                    f"{'':>20}  " + (f"{reason['what']}: {reason['why']}" if isinstance(reason, dict) else reason)
                )
            continue
        click.echo(f"{name:>20}  {value:.4f}" if isinstance(value, float) else f"{name:>20}  {value}")
