"""Settings from the environment, `WARD_WAREHOUSE_*`, typed and in one table."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from ward_warehouse.core.checked import Country, Cron, ReportFormats, Schedule, TimeZone
from ward_warehouse.core.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parents[3]
MINIMUM_KEY_BYTES = 16


class Settings(BaseSettings):
    """Every setting of the project; each field is the environment variable `WARD_WAREHOUSE_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="WARD_WAREHOUSE_", frozen=True)

    home: Path = Field(default=Path(".local"), description="The one folder for all state")
    lake_url: str = Field(default="", description="fsspec address of the lake; empty means <home>/lake")
    lake_conn_id: str = Field(
        default="", description="Airflow connection (aws) of a lake on S3; empty: the machine's own AWS settings count"
    )
    target: Literal["duckdb", "spark"] = Field(
        default="duckdb",
        description="The engine that dbt builds on; spark, at SPARK_REMOTE or else Sail here, makes whole builds alone",
    )
    spark_dir: Path | None = Field(
        default=None,
        description="Folder that this machine and the engine of target spark both see; empty: beside the build file",
    )
    publish: str = Field(
        default="duckdb",
        pattern=r"^duckdb(,postgres)?$",
        description="Places that a build is published to: duckdb, the file, always; duckdb,postgres both",
    )
    postgres_conn_id: str = Field(
        default="ward_warehouse_postgres", description="Airflow connection of the PostgreSQL that is published to"
    )
    spark_packages: Path = Field(
        default=PROJECT_ROOT / ".venv-spark", description="Environment of requirements/spark.txt, for target spark"
    )
    wards_dir: Path = Field(default=PROJECT_ROOT / "dags" / "wards", description="Registry: one YAML per district")
    systems_dir: Path = Field(default=PROJECT_ROOT / "dags" / "systems", description="One YAML per kind of software")
    expectations_dir: Path = Field(default=PROJECT_ROOT / "expectations", description="The rules about records")
    dbt_project_dir: Path = Field(default=PROJECT_ROOT / "dbt_project", description="The dbt project")
    messages_file: Path = Field(
        default=PROJECT_ROOT / "dags" / "messages.yml", description="Who is told of a night; nobody without the file"
    )
    pseudonym_key: SecretStr | None = Field(
        default=None, description="Secret of the keyed hash for personal data; no default, at least 16 bytes"
    )
    pseudonym_key_id: str = Field(
        default="k1", pattern=r"^[a-z0-9_]{1,16}$", description="Id of that key, written before every hash made with it"
    )
    pseudonym_previous_keys: dict[str, SecretStr] = Field(
        default={},
        description="JSON of earlier keys by id: quarantined codes are looked up with them",
    )
    quarantine_keep_days: int = Field(
        default=365, ge=1, description="Days after which maintenance empties the values of quarantined records"
    )
    leftover_keep_days: int = Field(
        default=7, ge=1, description="Days after which maintenance deletes files that no manifest names"
    )
    office: str = Field(default="Phòng Nội vụ", description="Office that writes the periodic reports, on their head")
    report_formats: ReportFormats = Field(
        default="html,pdf,docx",
        description="Formats of the reports that each night writes; xlsx, with all records, takes seconds for each",
    )
    letterhead: Path | None = Field(
        default=None, description="DOCX template of the periodic report; empty means the project's own"
    )
    report_keep_days: int = Field(
        default=730, ge=1, description="Days after which maintenance deletes a report of a period that is not closed"
    )
    parquet_keep: int = Field(
        default=7, ge=1, description="Copies as Parquet that stay, one for each publishing; closings stay for good"
    )
    log_keep_days: int = Field(default=90, ge=1, description="Days after which maintenance deletes logs")
    compact_after_nights: int = Field(
        default=30, ge=2, description="Nights of a ward that maintenance joins into one file once they are that old"
    )
    time_zone: TimeZone = Field(default="Asia/Ho_Chi_Minh", description="Local time in which a night is a date")
    holidays_country: Country = Field(
        default="VN", validate_default=False, description="Country whose public holidays make the working days"
    )
    schedule: Schedule = Field(
        default="30 0 * * *",
        validate_default=False,
        description="Cron of the nightly load, in time_zone; empty: started by hand alone",
    )
    language: Literal["vi", "en"] = Field(
        default="en", description="Language of the note that a night leaves on its run in Airflow"
    )
    publish_by: str = Field(
        default="06:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="Local time by which the night before is to be published; after it people are told",
    )
    maintenance_schedule: Cron = Field(
        default="0 12 * * 0", validate_default=False, description="Cron of the maintenance, in time_zone"
    )
    comparison_schedule: Cron = Field(
        default="0 13 * * 0",
        validate_default=False,
        description="Cron of the comparison of all keys with the wards' systems, in time_zone",
    )
    extract_retries: int = Field(default=2, ge=0, description="Airflow retries of wards that did not arrive")
    extract_retry_minutes: float = Field(default=10, ge=0, description="Minutes between those retries")
    parallel_wards: int = Field(default=4, ge=1, description="Wards that are read at the same time")
    readers_per_host: int = Field(default=2, ge=1, description="Readers at the same time on one source server")
    readers_pool: str = Field(
        default="default_pool",
        min_length=1,
        description="Airflow pool of the tasks that read wards; one of its own limits them over all workers and runs",
    )
    reader_wait_minutes: float = Field(default=30, ge=0, description="Minutes that a reader waits for its place")
    reconcile_least_share: float = Field(
        default=0.8, ge=0, le=1, description="Share of known records below which a source is not believed"
    )
    build_memory: str = Field(
        default="4GiB",
        pattern=r"^\d+(\.\d+)?\s?([KMGT]i?B)$",
        description="Memory of the engine in a dbt build; what needs more is swapped to the disk beside the build file",
    )
    reviewers: tuple[str, ...] = Field(
        default=(),
        description="JSON list of names that may review periods, under Airflow's simple auth manager",
    )
    approvers: tuple[str, ...] = Field(
        default=(),
        description="JSON list of names that may close periods, under Airflow's simple auth manager",
    )
    lineage: bool = Field(
        default=False,
        description="Whether tasks tell OpenLineage what they read and wrote: in <home>/lineage/events.jsonl, unless "
        "Airflow has a transport of its own",
    )
    failed_wards_limit: float = Field(
        default=0.5, ge=0, le=1, description="Share of failed wards above which a common cause is suspected"
    )

    @property
    def lake(self) -> str:
        """Address of the lake: an fsspec URL or an absolute path."""
        return self.lake_url or str(self.home.resolve() / "lake")

    @property
    def serves_postgres(self) -> bool:
        """Whether a build is published to PostgreSQL as well."""
        return self.publish.endswith(",postgres")

    @property
    def warehouse_dir(self) -> Path:
        """Folder of the published file and of the build beside it."""
        return self.home.resolve() / "warehouse"

    @property
    def published_file(self) -> Path:
        """The DuckDB file that analysts open."""
        return self.warehouse_dir / "district.duckdb"

    @property
    def build_file(self) -> Path:
        """The DuckDB file that dbt builds in.

        It has the published file's name because DuckDB takes a database's name from its file: SQL that
        names the database means the same thing in both.
        """
        return self.warehouse_dir / "build" / "district.duckdb"

    @property
    def spark_folder(self) -> Path:
        """Where rows go to an engine of Spark's protocol and come back; a build makes the folder and removes it."""
        return (self.spark_dir or self.build_file.parent).resolve() / "spark"

    @property
    def where_the_key_is(self) -> str:
        """Words for whoever lacks the pseudonym key: how to have the demonstration's, or where a site keeps its own."""
        demo = self.home.resolve() / "demo" / "activate"
        if demo.is_file():
            return f"the demonstration's comes with `. {shlex.quote(str(demo))}`"
        return (
            'a site\'s is where its Airflow has it from, see docs/operations.md, "Where the pseudonym key is", and the '
            "demonstration's comes with `make demo`"
        )

    def require_key(self) -> bytes:
        """The pseudonym key as bytes.

        Raises:
            SettingsError: there is none, or it is too short to protect anything.
        """
        key = self.pseudonym_key.get_secret_value().encode() if self.pseudonym_key else b""
        if len(key) < MINIMUM_KEY_BYTES:
            raise SettingsError(
                f"WARD_WAREHOUSE_PSEUDONYM_KEY: found {len(key)} bytes, expected at least {MINIMUM_KEY_BYTES}; "
                f"{self.where_the_key_is}; a new site makes one and keeps it outside the data: "
                "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        return key

    def pseudonym_keys(self) -> dict[str, bytes]:
        """Every key by its id: the current one first, then the earlier ones.

        Raises:
            SettingsError: there is no current key, or its id is that of an earlier one.
        """
        if self.pseudonym_key_id in self.pseudonym_previous_keys:
            raise SettingsError(
                f"WARD_WAREHOUSE_PSEUDONYM_KEY_ID: found {self.pseudonym_key_id!r}, which is the id of a previous key; "
                "give the new key an id of its own"
            )
        earlier = {name: key.get_secret_value().encode() for name, key in self.pseudonym_previous_keys.items()}
        return {self.pseudonym_key_id: self.require_key(), **earlier}


def load_settings() -> Settings:
    """Settings from the environment as it is now.

    Raises:
        SettingsError: a variable holds a value that its setting cannot take.
    """
    try:
        return Settings()
    except UnreadableSetting as error:
        raise SettingsError(_no_json(str(error))) from None
    except ValidationError as error:
        raise SettingsError("; ".join(_fault(fault) for fault in error.errors())) from None


def _fault(fault: Mapping[str, Any]) -> str:
    variable = f"WARD_WAREHOUSE_{'.'.join(str(part) for part in fault['loc']).upper()}"
    if fault["type"] == "value_error":
        return f"{variable}: {fault['ctx']['error']}"
    found = "a value" if "key" in str(fault["loc"][0]) else repr(fault["input"])
    return f"{variable}: found {found}, {fault['msg']}"


def _no_json(text: str) -> str:
    """Words for a value that is to be JSON and is none; its library names the field alone."""
    field = next((name for name in Settings.model_fields if f'"{name}"' in text), "*")
    variable = f"WARD_WAREHOUSE_{field.upper()}"
    if "key" in field:
        return f'{variable}: found a value that is no JSON, expected a JSON object such as {{"k0": "an earlier key"}}'
    return f'{variable}: found {os.environ.get(variable, "")!r}, expected a JSON list such as ["lan"]'
