"""The root of the command line; turns expected errors into one plain line."""

from typing import Any

import rich_click as click
from pydantic import ValidationError

from copilot.errors import AnswerableError


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
