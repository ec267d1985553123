"""Who may read, review and close on the status pages, by the roles of Airflow's FAB auth manager."""

from tests.dags.fab import Asked

MAY_NEITHER = "Tài khoản của bạn không có quyền rà soát hay chốt kỳ."
REFUSED = "Tài khoản của bạn không có quyền xem hoặc làm việc này."


def test_a_viewer_reads_and_is_refused_the_decision(asked: dict[str, Asked]) -> None:
    viewer = asked["xem"]
    assert (viewer.looked, viewer.pressed) == (200, 403)
    assert MAY_NEITHER in viewer.page, "named in the settings, which count under the simple auth manager alone"
    assert REFUSED in viewer.said


def test_somebody_without_a_role_is_refused_every_page(asked: dict[str, Asked]) -> None:
    nobody = asked["ai"]
    assert (nobody.looked, nobody.pressed) == (403, 403)
    assert REFUSED in nobody.page
    assert "mini" not in nobody.page


def test_the_reviewers_role_reviews_and_does_not_close(asked: dict[str, Asked]) -> None:
    reviewer = asked["lan"]
    assert (reviewer.looked, reviewer.pressed) == (200, 200), reviewer.said
    assert "Tôi đã xem và thấy đúng: rà soát" in reviewer.page
    assert "Chốt kỳ: 2024-06" not in reviewer.said
    assert "Đã ghi: 3" in reviewer.said, "two wards, then their district"


def test_an_administrator_may_do_both(asked: dict[str, Asked]) -> None:
    admin = asked["admin"]
    assert admin.looked == 200
    assert MAY_NEITHER not in admin.page
