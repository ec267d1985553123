"""A registry of more wards than Airflow maps tasks."""

from pathlib import Path

from bench import parse


def test_a_thousand_wards_are_parsed_and_planned_as_few_tasks(tmp_path: Path) -> None:
    """`core.max_map_length` is 1,024; a night of wards on one server has as many tasks as it may have readers."""
    found = parse.measure(tmp_path, wards=1100, times=1)
    assert found["plan_1100_wards_tasks"] == 2
    assert found["dag_parse_1100_wards_s"] > 0
