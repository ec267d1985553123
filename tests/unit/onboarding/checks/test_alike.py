from pathlib import Path

from ward_warehouse.onboarding.checks.alike import grouped
from ward_warehouse.registry.findings import Finding


def finding(line: int, text: str, code: str = "connection-not-set") -> Finding:
    return Finding(code, Path("q.yml"), line, text)


def test_what_is_said_of_several_wards_is_one_line() -> None:
    found = [
        finding(3, "wards.0: ward q_p1: variable AIRFLOW_CONN_Q_P1 is not set"),
        finding(9, "wards.1: ward q_p2: its system is unknown", "value-wrong"),
        finding(6, "wards.1: ward q_p2: variable AIRFLOW_CONN_Q_P2 is not set"),
        Finding("connection-not-set", Path("r.yml"), 4, "wards.0: ward r: variable AIRFLOW_CONN_R is not set"),
    ]
    together, alone = grouped(found)
    assert together.text == "ward WARD: variable AIRFLOW_CONN_WARD is not set"
    assert together.wards == ("q_p1", "q_p2", "r")
    assert together.places == "q.yml:3, 6; r.yml:4"
    assert (alone.text, alone.places) == ("wards.1: ward q_p2: its system is unknown", "q.yml:9")


def test_what_differs_stays_apart() -> None:
    found = [finding(1, "ward a: dossiers: late"), finding(2, "ward b: surveys: late"), finding(0, "no ward: x")]
    assert [one.text for one in grouped(found)] == [str(one.text) for one in found]
    assert grouped(found)[2].places == "q.yml"
