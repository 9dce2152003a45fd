"""A home: the folder one city's installation lives in, and its few settings.

Only paths and settings belong here; what happens in them does not.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from expectations.contracts.model import Contract
from expectations.contracts.reading import BUILT_IN, load_contracts
from pipelines.home.access import NoSuchGroup, Sharing, make_private, tighten, write_private
from pipelines.home.instance import complete_instance

SETTINGS_FILE = "shiji.yaml"
UNFINISHED = ".restoring"
"""A file that lies in a home until it is wholly restored; it names the backup."""

DEFAULT_ROOT = Path("shiji-home")
_FOLDERS = ("inbox", "outbox", "archive", "warehouse", "published", "reports", "dagster", "config")


class HomeError(RuntimeError):
    """A home that is missing or whose settings cannot be used; the message names the remedy."""


class Settings(BaseModel):
    """What a city sets, in ``config/shiji.yaml``.

    Attributes:
        title: Name of the city or office, shown on reports.
        synthetic: Whether the data is made up; pages then say so.
        ledger_url: SQLAlchemy address of the ledger; empty for ``ledger.db`` in the home.
        first_period: The first month that hand-ins are expected for; earlier ones have no gaps in Dagster.
        settle_seconds: How far two looks lie apart that must find a file unchanged before it is taken in. A file that
            changed within 360 times as long is kept for so long, in case somebody still writes into it.
        unfinished_seconds: How long an empty file, or a workbook that breaks off, is left alone before it is taken in.
        received_at: Where the time of receipt comes from: the clock, or (for data that plays past months, such as
            the demo city's) the file's own modification time.
        file_seconds: How long reading one file, or staging one bundle of files, may take before the file is refused.
        file_memory_mb: How much memory that may take, in megabytes above what the process starts with.
        refusals_to_stop: So many submissions that had been taken and would now be refused stop a load before anybody is
            told; something else than they must have changed.
        sql_seconds: How long one question, or one definition's SQL, may take.
        sql_memory_mb: How much memory that may take, in megabytes; what does not fit is put aside on disk.
        sql_spill_mb: How much of it may lie there, in megabytes.
        seconds_per_cell: What filling in a cell is taken to cost, for the hours of the burden report (负担); an assumption.
        engine: What computes figures: DuckDB on this machine, or a Spark cluster (docs/scale.md).
        spark_master: Address of the cluster: ``spark://host:7077``, ``yarn``, ``k8s://…``.
        spark_settings: Spark's own settings, by name.
        department_groups: By department, the group of the operating system that hands in and reads its slips.
        readers_group: The group that reads ``published/`` and ``reports/``; nobody but the home's account when empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = "乡村振兴实绩考核"
    synthetic: bool = False
    ledger_url: str = ""
    first_period: str = Field(default="2010-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    settle_seconds: float = Field(default=10.0, ge=0)
    unfinished_seconds: float = Field(default=600.0, ge=0)
    received_at: Literal["clock", "modified"] = "clock"
    file_seconds: float = Field(default=900.0, gt=0)
    file_memory_mb: int = Field(default=8000, gt=0)
    refusals_to_stop: int = Field(default=10, ge=1)
    sql_seconds: float = Field(default=600.0, gt=0)
    sql_memory_mb: int = Field(default=4000, gt=0)
    sql_spill_mb: int = Field(default=20_000, ge=0)
    seconds_per_cell: float = Field(default=5.0, gt=0)
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str = ""
    spark_settings: dict[str, str] = {}
    department_groups: dict[str, str] = {}
    readers_group: str = ""

    @model_validator(mode="after")
    def _says_where_spark_is(self) -> Self:
        if self.engine == "spark" and not self.spark_master:
            raise ValueError(
                "engine: spark needs spark_master, the address of a cluster that runs (spark://host:7077)"
            )
        return self


@dataclass(frozen=True)
class Home:
    """Paths of a home. Nothing is read or made until it is asked for.

    Attributes:
        root: Its folder.
        contracts_from: A folder that stands in place of ``config/contracts``, to see what it would change.
    """

    root: Path
    contracts_from: Path | None = None

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
    def spill(self) -> Path:
        """What a question puts aside while it is answered; gone afterwards."""
        return self.root / ".spill"

    @property
    def reports(self) -> Path:
        """The quality report."""
        return self.root / "reports"

    @property
    def failures(self) -> Path:
        """Errors of ours on the way of single submissions, a line each."""
        return self.root / "logs" / "failures.jsonl"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def config(self) -> Path:
        """Settings, the key, and the city's own contracts, indicators and reconciliations."""
        return self.root / "config"

    @property
    def audit(self) -> Path:
        """The audit log (``warehouse.audit``)."""
        return self.root / "audit.jsonl"

    @cached_property
    def settings(self) -> Settings:
        """The settings.

        Raises:
            HomeError: The file is missing or does not parse, or the home is not wholly restored.
        """
        self.check_whole()
        return read_settings(self)

    def check_whole(self) -> None:
        """Whether a restore into this folder was finished, if there was one.

        Raises:
            HomeError: It was not.
        """
        if (self.root / UNFINISHED).exists():
            raise HomeError(f"{self.root} was not wholly restored: run the same `shiji restore` again")

    @property
    def is_initialised(self) -> bool:
        """Whether this is a home already."""
        return (self.config / SETTINGS_FILE).exists()

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy address of the ledger; ``SHIJI_LEDGER_URL`` overrides the setting."""
        return ledger_url(self, self.settings)

    @property
    def sharing(self) -> Sharing:
        """What of the home is given to groups."""
        return Sharing(self.root, self.settings.department_groups, self.settings.readers_group)

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
        if what == "contracts" and self.contracts_from is not None:
            own = self.contracts_from
        return (built_in, own) if own.is_dir() else (built_in,)

    def own_definitions(self, what: str) -> tuple[Path, ...]:
        """The folder of the city's own YAML definitions of one sort, where it is there."""
        own = self.config / what
        return (own,) if own.is_dir() else ()


def read_settings(home: Home) -> Settings:
    """The settings as they stand in the file.

    Raises:
        HomeError: The file is missing or does not parse.
    """
    path = home.config / SETTINGS_FILE
    if not path.exists():
        raise HomeError(f"{home.root} is not a Shiji home: run `shiji --home {home.root} init` first")
    try:
        return Settings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (ValidationError, yaml.YAMLError) as error:
        raise HomeError(f"{path}: {error}") from error


def ledger_url(home: Home, settings: Settings) -> str:
    """SQLAlchemy address of the ledger under these settings; ``SHIJI_LEDGER_URL`` overrides them.

    Raises:
        HomeError: The engine needs another ledger than this.
    """
    default = f"sqlite:///{(home.root / 'ledger.db').resolve()}"
    url = os.environ.get("SHIJI_LEDGER_URL") or settings.ledger_url or default
    if settings.engine == "spark" and not url.startswith("postgresql"):
        raise HomeError(
            "engine: spark needs the ledger in PostgreSQL, which one file cannot stand in for where many machines work: "
            "set ledger_url (postgresql+psycopg://user@host/database) or SHIJI_LEDGER_URL"
        )
    return url


def init_home(root: Path, settings: Settings | None = None) -> Home:
    """Make a home, or complete one: what is there stays as it is, but nobody sees more of it than the settings say.

    Args:
        root: Its folder.
        settings: Written when the home has none yet.

    Raises:
        HomeError: The settings name a group that cannot be given anything.
    """
    home = Home(root)
    home.check_whole()
    for folder in (root, *(root / name for name in _FOLDERS)):
        make_private(folder)
    text = yaml.safe_dump((settings or Settings()).model_dump(), allow_unicode=True, sort_keys=False)
    for path, content in (
        (home.config / SETTINGS_FILE, text),
        (home.config / "private.key", secrets.token_hex(32)),
    ):
        if not path.exists():
            write_private(path, content)
    complete_instance(home.dagster)
    for contract in home.contracts.values():
        make_private(home.inbox / contract.department)
    try:
        tighten(home.sharing)
    except NoSuchGroup as error:
        raise HomeError(str(error)) from error
    return home


def find_home(root: Path | None) -> Home:
    """The home named on the command line, else by ``SHIJI_HOME``, else ``./shiji-home``."""
    return Home(root or Path(os.environ.get("SHIJI_HOME") or DEFAULT_ROOT))
