import pyarrow as pa
import pytest

from ward_warehouse.core.contracts import CONTRACTS, DOSSIERS, SURVEY_RESPONSES, TECHNICAL_FIELDS, Contract, Privacy

TREATED = {
    "officer_key": Privacy.PSEUDONYMISE,
    "applicant_key": Privacy.PSEUDONYMISE,
    "summary": Privacy.FREE_TEXT,
    "applicant_name": Privacy.DROP,
    "applicant_phone": Privacy.DROP,
    "applicant_email": Privacy.DROP,
    "applicant_address": Privacy.DROP,
}


def test_personal_columns_of_a_dossier_have_their_treatment() -> None:
    assert {c.name: c.privacy for c in DOSSIERS.columns if c.privacy is not Privacy.KEEP} == TREATED


def test_personal_columns_of_an_answer_have_their_treatment() -> None:
    found = {c.name: c.privacy for c in SURVEY_RESPONSES.columns if c.privacy is not Privacy.KEEP}
    assert found == {"officer_key": Privacy.PSEUDONYMISE, "reasons": Privacy.FREE_TEXT, "comment": Privacy.FREE_TEXT}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=str)
def test_stored_schema(contract: Contract) -> None:
    schema = contract.schema()
    dropped = [c.name for c in contract.columns if c.privacy is Privacy.DROP]
    assert not set(dropped) & set(schema.names)
    assert "source_ward" not in schema.names
    assert len(schema.names) == len(set(schema.names))
    assert schema.names[-len(TECHNICAL_FIELDS) :] == [field.name for field in TECHNICAL_FIELDS]
    for column in contract.stored:
        if column.type == "timestamp":
            assert schema.field(column.name).type == pa.timestamp("us", tz="UTC")
        if column.local_date:
            assert schema.field(column.name.removesuffix("_at") + "_date").type == pa.date32()


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=str)
def test_what_is_not_free_text_has_a_form(contract: Contract) -> None:
    """A text column that is kept as it is would carry a citizen's name that stands in the wrong column."""
    kept = [c for c in contract.stored if c.type == "text" and c.privacy is Privacy.KEEP]
    assert [c.name for c in kept if c.pattern is None] == []
