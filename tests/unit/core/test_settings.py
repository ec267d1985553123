from pathlib import Path

import pytest

from ward_warehouse.core.errors import SettingsError
from ward_warehouse.core.settings import MINIMUM_KEY_BYTES, Settings, load_settings


def test_without_a_pseudonym_key_nothing_is_hashed() -> None:
    with pytest.raises(SettingsError, match=r"WARD_WAREHOUSE_PSEUDONYM_KEY: found 0 bytes") as caught:
        Settings().require_key()
    assert str(MINIMUM_KEY_BYTES) in str(caught.value)


def test_who_lacks_the_key_hears_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"docs/operations\.md, .Where the pseudonym key is."):
        Settings(home=tmp_path).require_key()
    activate = tmp_path / "demo" / "activate"
    activate.parent.mkdir()
    activate.touch()
    with pytest.raises(SettingsError, match=f"the demonstration's comes with `. {activate}`"):
        Settings(home=tmp_path).require_key()


def test_a_short_key_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="found 15 bytes") as caught:
        Settings(pseudonym_key="fifteen-letters").require_key()
    assert "fifteen-letters" not in str(caught.value)


def test_length_counts_bytes_and_not_letters() -> None:
    key = "khóaẩn-đủdài"  # 12 letters, more than 16 bytes
    assert Settings(pseudonym_key=key).require_key() == key.encode()


def test_the_key_is_in_no_text_form_of_the_settings() -> None:
    settings = Settings(pseudonym_key="a key that nobody may read")
    assert "nobody" not in repr(settings) + str(settings) + str(settings.model_dump())


def test_every_field_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(tmp_path))
    monkeypatch.setenv("WARD_WAREHOUSE_PARALLEL_WARDS", "7")
    settings = load_settings()
    assert (settings.home, settings.parallel_wards) == (tmp_path, 7)
    assert settings.lake == str(tmp_path / "lake")
    assert settings.published_file == tmp_path / "warehouse" / "district.duckdb"
    assert settings.build_file.name == settings.published_file.name  # DuckDB names a database after its file
    assert settings.build_file != settings.published_file


def test_the_lake_can_lie_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_LAKE_URL", "memory://district/lake")
    assert load_settings().lake == "memory://district/lake"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TARGET", "oracle"),
        ("PARALLEL_WARDS", "0"),
        ("PARALLEL_WARDS", "many"),
        ("FAILED_WARDS_LIMIT", "1.5"),
        ("BUILD_MEMORY", "a lot"),
        ("EXTRACT_RETRIES", "-1"),
        ("TIME_ZONE", "Foo/Bar"),
        ("TIME_ZONE", "Asia"),
        ("HOLIDAYS_COUNTRY", "Vietnamm"),
        ("REPORT_FORMATS", "odt"),
        ("SCHEDULE", "at midnight"),
        ("MAINTENANCE_SCHEDULE", "30 25 * * *"),
        ("COMPARISON_SCHEDULE", "* *"),
        ("REVIEWERS", "lan"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(f"WARD_WAREHOUSE_{variable}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert f"WARD_WAREHOUSE_{variable}" in message
    assert value in message
    assert "xpected" in message or "should" in message
    assert "\n" not in message


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_TARGET", "oracle")
    monkeypatch.setenv("WARD_WAREHOUSE_PARALLEL_WARDS", "0")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "TARGET" in str(caught.value)
    assert "PARALLEL_WARDS" in str(caught.value)


def test_a_build_is_published_to_the_file_and_to_postgres_where_that_is_wanted() -> None:
    assert not Settings().serves_postgres
    assert Settings(publish="duckdb,postgres").serves_postgres
    for wrong in ("postgres", "duckdb,oracle", ""):
        with pytest.raises(ValueError, match="publish"):
            Settings(publish=wrong)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SCHEDULE", ""), ("SCHEDULE", "@daily"), ("REPORT_FORMATS", ""), ("REPORT_FORMATS", "html, xlsx")],
)
def test_what_is_right_is_taken_as_it_stands(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(f"WARD_WAREHOUSE_{variable}", value)
    assert getattr(load_settings(), variable.lower()) == value


def test_a_list_that_is_no_json_is_told_how_one_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_APPROVERS", "lan")
    with pytest.raises(SettingsError, match=r"""^WARD_WAREHOUSE_APPROVERS: found 'lan', expected .* \["lan"\]$"""):
        load_settings()


def test_earlier_keys_that_are_no_json_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS", "k0=a-secret-of-the-site")
    with pytest.raises(SettingsError, match=r"WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS: .* JSON object") as caught:
        load_settings()
    assert "a-secret-of-the-site" not in str(caught.value)
