"""The command line: thin commands over the wiring. With `--json` one object goes to stdout, all else to stderr."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rich_click as click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from copilot import __version__, logs
from copilot.errors import AnswerableError
from copilot.settings import Settings

stderr = Console(stderr=True)
Report = Callable[[int, int], None]


class Program(click.RichGroup):
    """Turns expected errors into one plain line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except AnswerableError as error:
            raise click.ClickException(error.message) from error
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise click.ClickException(f"A setting is wrong: {wrong}") from error
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from error
        except RuntimeError as error:
            from knowledge.embedding import EmbedderUnavailable

            if not isinstance(error, EmbedderUnavailable):
                raise
            raise click.ClickException(f"No text can be embedded: {error}") from error


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


@main.group("import")
def import_() -> None:
    """Bring in articles and tickets from files."""


@import_.command("articles")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_articles(paths: tuple[Path, ...], as_json: bool) -> None:
    """Import articles from Markdown, HTML, PDF, JSONL, CSV, exports of Zendesk Guide or Chatwoot (JSON), or from
    folders and zip files of these."""
    from copilot import importing

    with opened() as services, progress("Articles") as report:
        result = importing.import_articles(services, paths, report)
    show(result, as_json)


@import_.command("site")
@click.argument("url")
@click.option("--allow-private", is_flag=True, help="Also read a site in a private network, such as an intranet.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_site(url: str, allow_private: bool, as_json: bool) -> None:
    """Import the pages of a website that its sitemap lists; again brings in what changed."""
    with opened() as services, services.db.write() as session:
        known = services.sources.known(session, "site", url)
        hours = known.every_hours if known else None
        source = services.sources.add(session, "site", url, "command line", hours, allow_private=allow_private)
    sync_and_show(source.id, as_json)


@import_.command("answers")
@click.argument("path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_answers(path: Path | None, as_json: bool) -> None:
    """Make internal draft articles of the answers to solved tickets, or of a JSONL or CSV file of questions."""
    from copilot import importing

    with opened() as services, progress("Answers") as report:
        result = importing.import_answers(services, path, report)
    show(result, as_json)


@import_.command("tickets")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_tickets(path: Path, as_json: bool) -> None:
    """Import tickets from a JSONL file and process them."""
    from copilot import importing

    with opened() as services, progress("Tickets") as report:
        result = importing.import_tickets(services, path, report)
    show(result, as_json)


@import_.command("closing-days")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--calendar", required=True, help="Name of a calendar of the policies.")
@click.option("--first-year", type=int, help="This year when absent.")
@click.option("--last-year", type=int, help="Two years later when absent.")
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def import_closing_days(
    path: Path, calendar: str, first_year: int | None, last_year: int | None, dry_run: bool, as_json: bool
) -> None:
    """Add the closing days of an iCalendar file to a calendar, as a new version of the policies."""
    from copilot import importing

    with opened() as services:
        result = importing.import_closing_days(services, path, calendar, first_year, last_year, dry_run=dry_run)
    if as_json:
        return show(result, as_json)
    days, remarks = result.pop("days"), result.pop("remarks")
    show(result, as_json)
    for line in (*days, *remarks):
        click.echo(line)
    if dry_run or not days:
        stderr.print("Nothing was stored." if days else "Nothing new: nothing was changed.")


@main.group()
def source() -> None:
    """Where articles come from, read again and again."""


@source.command("add")
@click.argument("kind", type=click.Choice(["site", "files"]))
@click.argument("address")
@click.option("--every-hours", type=int, help="How often the worker reads it; only by hand when absent.")
@click.option("--allow-private", is_flag=True, help="Also read a site in a private network, such as an intranet.")
def add_source(kind: str, address: str, every_hours: int | None, allow_private: bool) -> None:
    """Add a website, or a file or folder on this machine, or change its schedule; prints its number."""
    with opened() as services, services.db.write() as session:
        found = services.sources.add(
            session, kind, address, "command line", every_hours, allow_private=allow_private
        )  # fmt: skip
        click.echo(found.id)


@source.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_sources(as_json: bool) -> None:
    """Show every source and what its last run said."""
    from copilot.store import sources as store

    with opened() as services, services.db.read() as session:
        rows = [store.told(row) for row in store.page(session)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        every = f"every {row['every_hours']} h" if row["every_hours"] else "by hand"
        click.echo(
            f"{row['id']:>4}  {row['kind']}  {row['address']}  {every}  last run {row['last_run_at'] or 'never'}"
        )


@source.command("sync")
@click.argument("number", type=int)
@click.option("--withdraw", is_flag=True, help="Withdraw what the last run held back as too much.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def sync_source(number: int, withdraw: bool, as_json: bool) -> None:
    """Read a source now, or confirm what its last run did not dare to withdraw."""
    if not withdraw:
        return sync_and_show(number, as_json)
    with opened() as services, services.db.write() as session:
        withdrawn = services.sources.confirm_withdrawal(session, number, "command line")
    show({"withdrawn": withdrawn}, as_json)


def sync_and_show(number: int | None, as_json: bool) -> None:
    """Read a source with a progress bar, index, and print the counts; exit code 1 when the source could not be read."""
    from copilot import importing

    with opened() as services, progress("Articles") as report:
        result = services.sources.sync(number, report) | importing.indexed(services, report)
    if result["error"]:
        raise click.ClickException(result["error"])
    show(result, as_json)


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


@main.group("eval")
def evaluate() -> None:
    """Measure quality on your own labelled files."""


@evaluate.command("categories")
@click.option("--train", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--test", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--val", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--shots", type=click.IntRange(1), help="Train on this many examples of each category.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--json", "as_json", is_flag=True)
def eval_categories(train: Path, test: Path, val: Path | None, shots: int | None, seed: int, as_json: bool) -> None:
    """Categories and scope: CSV with columns text,label; an empty label is out of scope."""
    from copilot.evals.categories import evaluate_categories
    from copilot.wiring import embedder_of

    with progress("Texts") as report:
        embedder = embedder_of(Settings(), report)
        result = evaluate_categories(train, test, encode=embedder.encode, val_csv=val, shots=shots, seed=seed)
    show(result, as_json)


@evaluate.command("sentiment")
@click.option("--test", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--train",
    "--corrections",
    "train",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rows that people have corrected; without them the model that comes along is measured.",
)
@click.option("--json", "as_json", is_flag=True)
def eval_sentiment(test: Path, train: Path | None, as_json: bool) -> None:
    """Sentiment: CSV with columns text,label; labels are negative, neutral, positive (or the five levels)."""
    from copilot.evals.sentiment import evaluate_sentiment
    from copilot.wiring import embedder_of

    embedder = embedder_of(Settings())
    show(evaluate_sentiment(test, encode=embedder.encode, train_csv=train, progress=stderr.print), as_json)


@evaluate.command("retrieval")
@click.option("--articles", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def eval_retrieval(articles: Path, queries: Path, as_json: bool) -> None:
    """Retrieval: queries with id,text,article_ids; an empty list means that no article answers."""
    from copilot.evals.retrieval import evaluate_retrieval
    from copilot.wiring import embedder_of

    with progress("Texts") as report:
        result = evaluate_retrieval(articles, queries, embedder_of(Settings()), report)
    show(result, as_json)


@evaluate.command("queue")
@click.option("--utilisation", default="0.7,0.9,1.0,1.2", show_default=True, help="Loads, separated by commas.")
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1, 100), help="Runs that are averaged.")
@click.option("--reserves", help="In place of other rankings, ours with each of these shares of time for the overdue.")
@click.option("--shape", default="usual", show_default=True, help="Other days, such as 'one agent' or 'bursts'.")
@click.option("--json", "as_json", is_flag=True)
def eval_queue(utilisation: str, seeds: int, reserves: str | None, shape: str, as_json: bool) -> None:
    """Ways of ranking the queue: how many promises each keeps on the same simulated days."""
    from copilot.evals.queue import as_rows, evaluate_queue
    from copilot.evals.queue_rankers import RANKERS, by_reserve

    loads = numbers(utilisation, "--utilisation")
    rankers = by_reserve(numbers(reserves, "--reserves")) if reserves else RANKERS
    with progress("Runs") as report:
        result = evaluate_queue(loads, seeds, report, rankers, shape=shape)
    if as_json:
        show(result, as_json)
    else:
        click.echo("\n".join(as_rows(result)))


@evaluate.command("reserve")
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1, 100), help="Runs that are averaged.")
@click.option("--shape", default="usual", show_default=True, help="Other days, such as 'one agent' or 'bursts'.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Unset: in the data folder.")
def eval_reserve(seeds: int, shape: str, output: Path | None) -> None:
    """The trade shown at /admin/ranking, simulated anew; from the data folder it takes the shipped one's place."""
    from copilot.evals.reserve import simulate, write
    from copilot.reserve_curve import NAME

    path = output or Settings().data_dir / NAME
    with progress("Runs") as report:
        write(simulate(seeds, shape, report), path)
    stderr.print(f"Written to {path}.")


def numbers(text: str, option: str) -> list[float]:
    """The numbers of an option that takes several."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise click.BadParameter("expected numbers separated by commas", param_hint=option) from error


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
        if name == "reasons" and isinstance(value, list):
            for reason in value:
                click.echo(
                    f"{'':>20}  " + (f"{reason['what']}: {reason['why']}" if isinstance(reason, dict) else reason)
                )
            continue
        click.echo(f"{name:>20}  {value:.4f}" if isinstance(value, float) else f"{name:>20}  {value}")
