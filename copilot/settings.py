"""Every setting of the service, read once from the environment or a `.env` file by the wiring, never at import."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings are `ANSWERABLE_<NAME>`; the language model's key and address keep the names every client uses."""

    model_config = SettingsConfigDict(
        env_prefix="ANSWERABLE_", env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    data_dir: Path = Field(
        default=Path("data"), description="Where the database, the embedded index and the secrets live."
    )
    database_url: str | None = Field(default=None, description="SQLAlchemy address; unset: SQLite in the data folder.")
    qdrant_url: str | None = Field(
        default=None, description="Address of a Qdrant server; unset: embedded in the data folder."
    )
    qdrant_api_key: SecretStr | None = Field(
        default=None,
        description="Key of a secured Qdrant server or cluster.",
    )
    embedder: str | None = Field(
        default=None,
        description="Sentence Transformers name or path; unset: all-MiniLM-L6-v2; `openai:MODEL`: a model at an "
        "OpenAI-compatible server; `fake:hash`: no model, for demos and tests.",
    )
    embedder_url: str | None = Field(
        default=None, description="Base address of the embedding server; unset: OPENAI_BASE_URL."
    )
    embedder_api_key: SecretStr | None = Field(
        default=None, description="Key of the embedding server; unset: OPENAI_API_KEY, and none where a URL is set."
    )
    embedder_query_prefix: str | None = Field(
        default=None, description="What the model wants before a question, or `none`; unset: `query: ` for e5."
    )
    embedder_passage_prefix: str | None = Field(
        default=None, description="What it wants before a passage, or `none`; unset: `passage: ` for e5."
    )
    embedder_input_type: bool = Field(
        default=False, description="Tell the embedding server `input_type` (query, passage) instead of prefixes."
    )

    llm_model: str | None = Field(
        default=None, description="Model name at an OpenAI-compatible server; unset: extractive."
    )
    llm_deadline_seconds: float = Field(default=20.0, gt=0, description="Longest wait for one draft, retries included.")
    llm_concurrency: int = Field(
        default=4, ge=1, le=64, description="Requests to the language model at once, of one process."
    )
    llm_masking: bool = Field(
        default=True,
        description="Hide personal data from the language model and from an outside embedding server; false sends "
        "messages as they are.",
    )
    llm_price_in: float = Field(default=0.0, ge=0, description="What a million tokens of a request cost.")
    llm_price_out: float = Field(default=0.0, ge=0, description="What a million tokens of an answer cost.")
    llm_currency: str = Field(default="USD", max_length=8, description="What the prices are in; shown beside them.")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")

    webhook_url: str | None = Field(default=None, description="Where replies of the channel `api` are posted, signed.")
    webhook_secret: SecretStr | None = Field(default=None, description="Standard Webhooks secret, `whsec_…`.")
    outbox_dir: Path | None = Field(
        default=None, description="Write replies as files into this folder instead of posting."
    )

    smtp_url: SecretStr | None = Field(
        default=None, description="Mail server for alerts to the team, such as smtp://user:password@host:587."
    )
    mail_from: str | None = Field(default=None, description="Address that alerts by e-mail come from.")

    public_url: str | None = Field(
        default=None, description="Where people reach the pages, such as https://support.example; for links in e-mails."
    )

    support_name: str = Field(default="The support team", description="How drafts are signed.")
    lease_seconds: float = Field(
        default=60.0, gt=0, description="How long claimed work may take before another takes it."
    )
    batch_size: int = Field(default=96, ge=1, le=256, description="Tickets processed together at most.")
    poll_seconds: float = Field(
        default=0.25, gt=0, description="Pause of an idle worker between two looks at the work."
    )
    undo_seconds: float = Field(
        default=6.0, ge=0, description="How long an approval in the workspace can be taken back."
    )
    session_hours: float = Field(default=12.0, gt=0, description="How long a sign-in lasts.")
    secure_cookies: bool = Field(default=False, description="Send cookies over HTTPS only; set it behind a TLS proxy.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def resolved_database_url(self) -> str:
        """The address in use; SQLite inside the data folder unless one was given."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'answerable.sqlite3').absolute()}"
