"""`answerable eval`: measures quality on labelled files."""

from pathlib import Path

import rich_click as click

from copilot.cli.tools import progress, show, stderr
from copilot.settings import Settings

SHARE = click.FloatRange(0, 1)
MOST_REVIEWS = 100_000


@click.group("eval")
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


@evaluate.command("answers")
@click.option("--articles", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--budget", default=0.02, show_default=True, type=SHARE, help="Share of errors that is allowed.")
@click.option("--confidence", default=0.95, show_default=True, type=SHARE, help="How sure the budget is to be kept.")
@click.option("--splits", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--reviews", help="Numbers of reviews, separated by commas; by default half of the questions.")
@click.option("--withhold", default=0.0, show_default=True, type=SHARE, help="Share of articles taken away at random.")
@click.option("--precedents/--no-precedents", default=True, show_default=True, help="Whether articles have a record.")
@click.option(
    "--sequential", is_flag=True, help="Whether the budget was exceeded at any look until then, not at the last."
)
@click.option("--json", "as_json", is_flag=True)
def eval_answers(
    articles: Path,
    queries: Path,
    budget: float,
    confidence: float,
    splits: int,
    reviews: str | None,
    withhold: float,
    precedents: bool,
    sequential: bool,
    as_json: bool,
) -> None:
    """Answering alone: how much at which precision, and whether earned thresholds keep their budget."""
    from copilot.evals.answers import evaluate_answers
    from copilot.wiring import embedder_of

    sizes = [whole(number, "--reviews") for number in numbers(reviews, "--reviews")] if reviews else []
    with progress("Texts, then splits") as report:
        result = evaluate_answers(
            articles, queries, embedder_of(Settings()), budget=budget, level=confidence, splits=splits,
            reviews=sizes, withhold=withhold, precedents=precedents, sequential=sequential, progress=report,
            splitting=report,
        )  # fmt: skip
    show(result, as_json)


@evaluate.command("grounding")
@click.option("--drafts", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def eval_grounding(drafts: Path, as_json: bool) -> None:
    """Grounding: drafts with their passages, faithful or with a planted fault; which pass, which are held."""
    from copilot.evals.grounding import evaluate_grounding

    with progress("Drafts") as report:
        result = evaluate_grounding(drafts, report)
    show(result, as_json)


@evaluate.command("suspension")
@click.option("--courses", default=200, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--audits", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))
@click.option("--json", "as_json", is_flag=True)
def eval_suspension(courses: int, audits: int, confidence: float, as_json: bool) -> None:
    """Suspension: how soon too many errors are noticed, and how often by mistake, in simulated audits."""
    from copilot.evals.suspension import evaluate_suspension

    with progress("Budgets") as report:
        result = evaluate_suspension(courses, audits, confidence, progress=report)
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


def whole(number: float, option: str) -> int:
    """A number of things, at least one."""
    if not 1 <= number <= MOST_REVIEWS or number != int(number):
        raise click.BadParameter(f"expected whole numbers from 1 to {MOST_REVIEWS}", param_hint=option)
    return int(number)
