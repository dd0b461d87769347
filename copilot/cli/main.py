"""The command line: thin commands over the wiring. With `--json` one object goes to stdout, all else to stderr."""

import json
import sys
from pathlib import Path

import rich_click as click

from copilot import __version__
from copilot.cli.evals import evaluate
from copilot.cli.imports import import_, source
from copilot.cli.program import Program
from copilot.cli.tools import opened, progress, settings_with_logs, stderr
from copilot.settings import Settings


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="answerable")
def main() -> None:
    """A self-hosted copilot for customer support that answers for its promises."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Only answer requests; processing is done by `answerable worker`.")
def serve(host: str, port: int, no_worker: bool) -> None:
    """Run the service."""
    from copilot.serving import serve as run

    settings = settings_with_logs()
    run(settings, host, port, with_worker=not no_worker)


@main.command()
def worker() -> None:
    """Process tickets, deliver replies and index articles, without answering requests."""
    from copilot.serving import work

    work(settings_with_logs())


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--minutes", default=4.0, show_default=True, help="Over how long the sample tickets arrive.")
@click.option("--fresh", is_flag=True, help="Throw the demo's own data away and start over.")
def demo(port: int, host: str, minutes: float, fresh: bool) -> None:
    """Run the service with the sample shop and tickets arriving by themselves."""
    from copilot.demo import run

    run(settings_with_logs(), host, port, minutes, fresh=fresh)


@main.group()
def key() -> None:
    """API keys for programs."""


@key.command("create")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(["intake", "agent", "admin"]))
def create_key(name: str, role: str) -> None:
    """Print a new key, alone on the last line; it is shown only once."""
    from copilot import accounts

    with opened() as services, services.db.write() as session:
        secret = accounts.create_key(session, name, role, services.now())
    click.echo(secret)


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(["agent", "admin"]))
@click.option("--password", envvar="ANSWERABLE_PASSWORD", help="Generated and printed when absent.")
def create_user(email: str, name: str, role: str, password: str | None) -> None:
    """Add a person; a generated password is printed alone on the last line."""
    import secrets

    from copilot import accounts

    chosen = password or secrets.token_urlsafe(15)
    with opened() as services, services.db.write() as session:
        accounts.create_user(session, email, name, role, chosen, services.now())
    stderr.print(f"Created {role} {email}.")
    if password is None:
        click.echo(chosen)


@main.command()
def reindex() -> None:
    """Build the search index anew from the database."""
    from copilot import importing

    with opened() as services, progress("Articles") as report:
        services.knowledge.rebuild()
        indexed = importing.index_all(services, report)
    stderr.print(f"Indexed {indexed} articles.")


@main.command()
@click.option("--json", "as_json", is_flag=True)
def check(as_json: bool) -> None:
    """Try every part and say which works, or why not."""
    from copilot import health

    with opened() as services:
        parts = health.examine(services)
    if as_json:
        click.echo(json.dumps({part.name: {"ok": part.ok, "detail": part.detail} for part in parts}))
    else:
        for part in parts:
            stderr.print(
                f"[{'green' if part.ok else 'red'}]{'ok ' if part.ok else 'NOT'}[/] {part.name}: {part.detail}"
            )
    sys.exit(0 if all(part.ok for part in parts) else 1)


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
def backup(path: Path) -> None:
    """Copy the SQLite database to PATH, consistently, while the service runs."""
    from copilot import archive

    archive.backup(Settings(), path)
    stderr.print(f"Wrote {path}.")


@main.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the present database.")
def restore(path: Path, yes: bool) -> None:
    """Put a backup in place of the database; run `answerable reindex` afterwards."""
    from copilot import archive

    archive.restore(Settings(), path, replace=yes)
    stderr.print("Restored. Run `answerable reindex` to build the index anew.")


main.add_command(import_)
main.add_command(source)
main.add_command(evaluate)
