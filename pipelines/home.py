"""A home: the folder one city's installation lives in, and its few settings.

Only paths and settings belong here; what happens in them does not.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.contract import BUILT_IN, Contract, load_contracts

SETTINGS_FILE = "shiji.yaml"
DEFAULT_ROOT = Path("shiji-home")
_FOLDERS = ("inbox", "outbox", "archive", "warehouse", "published", "reports", "dagster", "config")

_DAGSTER_INSTANCE = """\
# The Dagster instance of this home. Runs and events are kept in SQLite beside this file.
telemetry:
  enabled: false
run_monitoring:
  enabled: true
concurrency:
  runs:
    max_concurrent_runs: 1  # one load at a time: partitions are rebuilt one after the other
"""


class HomeError(RuntimeError):
    """A home that is missing or whose settings cannot be used; the message names the remedy."""


class Settings(BaseModel):
    """What a city sets, in ``config/shiji.yaml``.

    Attributes:
        title: Name of the city or office, shown on reports.
        synthetic: Whether the data is made up; pages then say so.
        ledger_url: SQLAlchemy address of the ledger; empty for ``ledger.db`` in the home.
        first_period: The first month that has a partition.
        settle_seconds: How long a file's size must rest before the file counts as complete.
        received_at: Where the time of receipt comes from: the clock, or (for data that plays past months, such as
            the demo city's) the file's own modification time.
        file_seconds: How long reading one file, or staging one bundle of files, may take before the file is refused.
        file_memory_mb: How much memory that may take, in megabytes above what the process starts with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = "乡村振兴实绩考核"
    synthetic: bool = False
    ledger_url: str = ""
    first_period: str = Field(default="2010-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    settle_seconds: float = Field(default=2.0, ge=0)
    received_at: Literal["clock", "modified"] = "clock"
    file_seconds: float = Field(default=900.0, gt=0)
    file_memory_mb: int = Field(default=8000, gt=0)


@dataclass(frozen=True)
class Home:
    """Paths of a home. Nothing is read or made until it is asked for."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where departments drop files: ``inbox/<department>/…``."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """Where slips go, mirrored by department."""
        return self.root / "outbox"

    @property
    def archive(self) -> Path:
        """Original bytes, by SHA-256."""
        return self.root / "archive"

    @property
    def warehouse(self) -> Path:
        """Delta tables and staged submissions."""
        return self.root / "warehouse"

    @property
    def published(self) -> Path:
        """Plain Parquet and ``office.duckdb``, switched last."""
        return self.root / "published"

    @property
    def reports(self) -> Path:
        """The quality report."""
        return self.root / "reports"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def config(self) -> Path:
        """Settings, the key, and the city's own contracts, indicators and reconciliations."""
        return self.root / "config"

    @cached_property
    def settings(self) -> Settings:
        """The settings.

        Raises:
            HomeError: The file is missing or does not parse.
        """
        path = self.config / SETTINGS_FILE
        if not path.exists():
            raise HomeError(f"{self.root} is not a Shiji home: run `shiji --home {self.root} init` first")
        try:
            return Settings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        except (ValidationError, yaml.YAMLError) as error:
            raise HomeError(f"{path}: {error}") from error

    @property
    def is_initialised(self) -> bool:
        """Whether this is a home already."""
        return (self.config / SETTINGS_FILE).exists()

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy address of the ledger; ``SHIJI_LEDGER_URL`` overrides the setting."""
        default = f"sqlite:///{(self.root / 'ledger.db').resolve()}"
        return os.environ.get("SHIJI_LEDGER_URL") or self.settings.ledger_url or default

    @cached_property
    def key(self) -> bytes:
        """The secret that private values are tokenized with.

        Raises:
            HomeError: The key file is missing: a new key would cut every link to earlier tokens.
        """
        path = self.config / "private.key"
        if not path.exists():
            raise HomeError(
                f"{path} is missing. Restore it from your backup: tokens cannot be matched without it"
            )
        return bytes.fromhex(path.read_text(encoding="ascii").strip())

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """Contracts by dataset: the built-in ones, then the city's own under ``config/contracts``."""
        return load_contracts(self.definition_folders("contracts", BUILT_IN))

    def definition_folders(self, what: str, built_in: Path) -> tuple[Path, ...]:
        """Folders that hold YAML definitions of one sort, the built-in one first."""
        own = self.config / what
        return (built_in, own) if own.is_dir() else (built_in,)


def init_home(root: Path, settings: Settings | None = None) -> Home:
    """Make a home, or complete one; what is there stays as it is.

    Args:
        root: Its folder.
        settings: Written when the home has none yet.
    """
    home = Home(root)
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    path = home.config / SETTINGS_FILE
    if not path.exists():
        text = yaml.safe_dump((settings or Settings()).model_dump(), allow_unicode=True, sort_keys=False)
        path.write_text(text, encoding="utf-8")
    instance = home.dagster / "dagster.yaml"
    if not instance.exists():
        instance.write_text(_DAGSTER_INSTANCE, encoding="utf-8")
    key = home.config / "private.key"
    if not key.exists():
        handle = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    for contract in home.contracts.values():
        (home.inbox / contract.department).mkdir(exist_ok=True)
    return home


def find_home(root: Path | None) -> Home:
    """The home named on the command line, else by ``SHIJI_HOME``, else ``./shiji-home``."""
    return Home(root or Path(os.environ.get("SHIJI_HOME") or DEFAULT_ROOT))
