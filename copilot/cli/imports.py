"""`answerable import` and `answerable source`: brings in articles, tickets and closing days."""

import json
from pathlib import Path

import rich_click as click

from copilot.cli.tools import ended_by_term, opened, progress, show, stderr


@click.group("import")
def import_() -> None:
    """Bring in articles and tickets from files."""


@import_.command("articles")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--take-over", is_flag=True, help="Write over articles of the same file name that came from elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_articles(paths: tuple[Path, ...], take_over: bool, as_json: bool) -> None:
    """Import articles from Markdown, HTML, PDF, JSONL, CSV, exports of Zendesk Guide or Chatwoot (JSON), or from
    folders and zip files of these. What a file says as before, and what it does not mention, stays as it is here."""
    from copilot import importing

    with opened() as services, progress("Articles") as report:
        result = importing.import_articles(services, paths, report, take_over=take_over)
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
    """Make internal draft articles of the answers to solved tickets, without names, addresses and numbers, or of a
    JSONL or CSV file of questions and answers, which is taken as it is."""
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


@click.group()
def source() -> None:
    """Where articles come from, read again and again."""


@source.command("add")
@click.argument("kind", type=click.Choice(["site", "files", "answers"]))
@click.argument("address", default="")
@click.option("--every-hours", type=int, help="How often the worker reads it; only by hand when absent.")
@click.option("--allow-private", is_flag=True, help="Also read a site in a private network, such as an intranet.")
def add_source(kind: str, address: str, every_hours: int | None, allow_private: bool) -> None:
    """Add a website, a file or folder on this machine, or the answers to solved tickets (which have no address), or
    change its schedule; prints its number."""
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


@source.command("remove")
@click.argument("number", type=int)
@click.option("--keep", "fate", flag_value="keep", help="Its articles stay, to be edited here from now on.")
@click.option("--withdraw", "fate", flag_value="withdraw", help="Its articles are withdrawn; their history stays.")
@click.option("--json", "as_json", is_flag=True)
def remove_source(number: int, fate: str | None, as_json: bool) -> None:
    """Read a source no more."""
    if fate is None:
        raise click.UsageError("Say what becomes of its articles: --keep or --withdraw.")
    with opened() as services, services.db.write() as session:
        stood_for = services.sources.remove(session, number, "command line", withdraw=fate == "withdraw")
    show({"kept" if fate == "keep" else "withdrawn": stood_for}, as_json)


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

    with opened() as services, progress("Articles") as report, ended_by_term():
        result = services.sources.sync(number, report) | importing.indexed(services, report)
    if result["error"]:
        raise click.ClickException(result["error"])
    show(result, as_json)
