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


def known_keys(settings: Settings, lake: Lake) -> dict[str, bytes]:
    """Every pseudonym key by its id, the current one first, each compared with what its id stood for so far.

    Writes nothing: for whatever hashes with a key, or looks for hashes made with it.

    Raises:
        SettingsError: there is no key, it is too short, or another key had its id: hashes made with both could
            not be told apart, and would silently not join.
    """
    keys = settings.pseudonym_keys()
    for key_id, key in keys.items():
        known = lake.read_record(_place(key_id), KeyMark)
        if known is not None and known != _mark(key_id, key):
            raise SettingsError(_refusal(settings, key_id))
    return keys


def known_key(settings: Settings, lake: Lake) -> bytes:
    """The current one of `known_keys`.

    Raises:
        SettingsError: as `known_keys`.
    """
    return known_keys(settings, lake)[settings.pseudonym_key_id]


def require_known_key(settings: Settings, lake: Lake) -> None:
    """Checks the keys as `known_keys` does, and marks the current one as its id's from now on.

    Raises:
        SettingsError: as `known_keys`.
    """
    key_id = settings.pseudonym_key_id
    key = known_key(settings, lake)
    if lake.read_record(_place(key_id), KeyMark) is None:
        lake.create(_place(key_id), _mark(key_id, key).model_dump_json().encode())
        # Somebody else may have been first.
        known_key(settings, lake)


def _place(key_id: str) -> str:
    return f"keys/{key_id}.json"


def _mark(key_id: str, key: bytes) -> KeyMark:
    return KeyMark(check=pseudonym(KEY_CHECK, key, key_id))


def _refusal(settings: Settings, key_id: str) -> str:
    if key_id != settings.pseudonym_key_id:
        return (
            f"WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS: found another key than the one that the lake knows as {key_id!r};"
            " give back that key, or leave the id out once its hashes are asked about no longer"
        )
    return (
        f"WARD_WAREHOUSE_PSEUDONYM_KEY: found another key than the one that the lake knows as {key_id!r}; give back "
        f"that key ({settings.where_the_key_is}), or rotate: WARD_WAREHOUSE_PSEUDONYM_KEY_ID names the new key, and "
        "WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS holds the old one"
    )
