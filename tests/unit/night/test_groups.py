"""Which wards a task reads together, and what it is called."""

from collections import Counter

import pytest

from ward_warehouse.night.groups import LONGEST_NAME, group_wards, task_name


def wards(count: int) -> list[str]:
    return [f"quan_11_p{number:02d}" for number in range(1, count + 1)]


def test_few_wards_have_a_task_each() -> None:
    assert group_wards(wards(3), lambda _: "", lambda _: "", 4, 2) == [[ward] for ward in wards(3)]


def test_there_are_as_many_tasks_as_readers() -> None:
    groups = group_wards(wards(16), lambda _: "", lambda _: "", 4, 2)
    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert [ward for group in groups for ward in group] == wards(16), "in the order of the plan"


@pytest.mark.parametrize("count", [1, 7, 16, 1100, 3321])
@pytest.mark.parametrize("hosts", [1, 2, 30, 5000])
def test_no_host_is_read_by_more_tasks_than_it_has_readers(count: int, hosts: int) -> None:
    host = {ward: f"host-{number % hosts}" for number, ward in enumerate(wards(count))}
    groups = group_wards(wards(count), host.__getitem__, lambda _: "", 4, 2)
    assert sorted(ward for group in groups for ward in group) == sorted(wards(count)), "each ward once"
    readers = Counter(name for group in groups for name in {host[ward] for ward in group})
    assert max(readers.values()) <= 2
    # No bin that is less than half full beside another one: twice the tasks at most, and far from Airflow's 1,024.
    assert len(groups) <= 8


def test_many_hosts_of_one_ward_fill_few_tasks() -> None:
    groups = group_wards(wards(17), lambda ward: ward, lambda _: "", 4, 2)
    assert sorted(len(group) for group in groups) == [2, 5, 5, 5]


def test_wards_that_may_have_to_wait_are_by_themselves() -> None:
    night = {"quan_11_p02", "quan_11_p05"}
    groups = group_wards(wards(8), lambda _: "", lambda ward: ward in night, 2, 2)
    assert groups == [["quan_11_p01", "quan_11_p03", "quan_11_p04"], ["quan_11_p02", "quan_11_p05"],
                      ["quan_11_p06", "quan_11_p07", "quan_11_p08"]]  # fmt: skip


def test_a_task_is_called_by_its_wards() -> None:
    assert task_name(wards(2)) == "quan_11_p01, quan_11_p02"
    assert task_name(wards(400)) == "quan_11_p01 to quan_11_p400: 400 wards"
    assert len(task_name(["a" * 63, "b" * 63, "c" * 63, "d" * 63])) <= LONGEST_NAME
