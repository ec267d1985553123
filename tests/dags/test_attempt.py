"""Which attempt of a task Airflow makes."""

from types import SimpleNamespace

import pytest

from ward_airflow import attempt_of


@pytest.mark.parametrize(
    ("try_number", "max_tries", "attempt"),
    [(1, 2, "first"), (2, 2, "retry"), (3, 2, "retry"), (4, 5, "cleared"), (5, 5, "retry"), (2, 3, "cleared")],
)
def test_what_a_person_clears_is_no_retry(try_number: int, max_tries: int, attempt: str) -> None:
    """To clear a task, Airflow sets its most tries to those it had and its retries once more."""
    ti = SimpleNamespace(try_number=try_number, max_tries=max_tries, task=SimpleNamespace(retries=2))
    assert attempt_of(ti) == attempt
