"""The domain's own errors. `copilot.web.problems` gives each its HTTP status; nothing here knows HTTP."""


class AnswerableError(Exception):
    """Base of every expected error; `field` names the offending input when there is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(AnswerableError):
    """An input has the right type but a value that makes no sense here."""


class NotFound(AnswerableError):
    """The thing named does not exist."""


class Conflict(AnswerableError):
    """The request contradicts what is stored: other content under the same id, or a draft that is no longer fresh."""


class Unavailable(AnswerableError):
    """An outside part (model, index, language model, receiver) cannot be reached or used right now."""
