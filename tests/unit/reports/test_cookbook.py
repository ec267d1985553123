"""The page of questions is what its files say; that the answers are right is asked of the demonstration."""

from scripts.cookbook import PAGE, questions, table


def test_the_page_asks_every_question_of_the_folder() -> None:
    text = PAGE.read_text("utf-8")
    found = questions()
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert len(found) >= 25
    for one in found:
        assert f"## {one.number}. {one.en}\n\n*{one.vi}*\n\n{one.note}".rstrip() in text
        assert f"```sql\n{one.sql}\n```\n\n| " in text, f"{one.name}: run python scripts/cookbook.py after `make demo`"
    assert text.count("```sql\n") == len(found)


def test_what_a_cell_holds_cannot_end_it() -> None:
    assert table(["a", "b", "c", "d"], [["x|y", None, True, 0.25]]) == (
        "| a | b | c | d |\n| --- | --- | --- | --- |\n| x\\|y |  | true | 0.25 |"
    )
