"""Which pseudonym key an id stands for: a mark in the lake tells, without telling the key."""

from __future__ import annotations

from ward_warehouse.core.errors import SettingsError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake, LakeRecord
from ward_warehouse.mapping.privacy import pseudonym

KEY_CHECK = "ward warehouse pseudonym key"


class KeyMark(LakeRecord):
    """What tells a key from another of the same id: a hash made with it."""

    check: str


def require_known_key(settings: Settings, lake: Lake) -> None:
    """Checks the pseudonym key against the one that its id stood for so far.

    Raises:
        SettingsError: there is no key, it is too short, or another key had this id: hashes made with both could
            not be told apart, and would silently not join.
    """
    key_id, keys = settings.pseudonym_key_id, settings.pseudonym_keys()
    mark = KeyMark(check=pseudonym(KEY_CHECK, keys[key_id], key_id))
    place = f"keys/{key_id}.json"
    known = lake.read_record(place, KeyMark)
    if known is None:
        lake.create(place, mark.model_dump_json().encode())
        known = lake.read_record(place, KeyMark)
    if known is not None and known != mark:
        raise SettingsError(
            f"WARD_WAREHOUSE_PSEUDONYM_KEY: found another key than the one that the lake knows as {key_id!r}; give "
            "back that key, or rotate: WARD_WAREHOUSE_PSEUDONYM_KEY_ID names the new key, and "
            "WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS holds the old one"
        )
