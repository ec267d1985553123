"""A lake on an object store: each object is put once, and a store that lets two writers win is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fsspec
import pyarrow as pa
import pytest
import s3fs.core
from botocore.exceptions import ClientError
from fsspec.implementations.memory import MemoryFileSystem

from tests.support.file_servers import S3Server
from ward_warehouse.core.errors import LakeError
from ward_warehouse.lake.store import Lake

BUCKET = "lake-of-the-tests"
TABLE = pa.table({"a": [1, 2, 3]})


@pytest.fixture
def lake(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.login)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.password)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3_server.client.create_bucket(Bucket=BUCKET)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    yield Lake(f"s3://{BUCKET}/lake")
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def requests(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the lake asks the server, in order."""
    asked: list[str] = []
    call = lake.fs._call_s3

    async def counted(method: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(method if isinstance(method, str) else method.__name__)
        return await call(method, *args, **kwargs)

    monkeypatch.setattr(lake.fs, "_call_s3", counted)
    return asked


def test_an_object_is_put_once(lake: Lake, requests: list[str]) -> None:
    lake.write_table("accepted/part.parquet", TABLE)
    with lake.writing("notes.json") as handle:
        handle.write(b"{}")
    assert requests == ["put_object", "put_object"]
    assert lake.read_table("accepted/part.parquet").equals(TABLE)
    assert lake.fs.cat_file(lake.path("notes.json")) == b"{}"


def test_an_object_gets_another_name_without_passing_through_here(lake: Lake, requests: list[str]) -> None:
    lake.write_table("landing/part.parquet", TABLE)
    requests.clear()
    lake.give_name("landing/part.parquet", "accepted/part.parquet")
    assert not {"get_object", "put_object"} & set(requests)
    assert lake.read_table("accepted/part.parquet").equals(TABLE)
    assert lake.exists("landing/part.parquet")
    with pytest.raises(LakeError, match=r"accepted/other\.parquet"):
        lake.give_name("landing/gone.parquet", "accepted/other.parquet")


def test_a_name_that_is_taken_is_known_from_a_store_of_few_words(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 says which condition did not hold; SeaweedFS says only that one did not."""
    translate = s3fs.core.translate_boto_error

    def in_few_words(error: ClientError, *args: Any, **kwargs: Any) -> Any:
        error.response["Error"].pop("Condition", None)
        return translate(error, *args, **kwargs)

    monkeypatch.setattr(s3fs.core, "translate_boto_error", in_few_words)
    assert lake.create("locks/few_words.json", b"mine")
    assert not lake.create("locks/few_words.json", b"another's")
    assert lake.fs.cat_file(lake.path("locks/few_words.json")) == b"mine"


def test_what_fails_halfway_leaves_no_object(lake: Lake, requests: list[str]) -> None:
    with pytest.raises(TypeError), lake.writing("notes.json") as handle:
        handle.writelines([b"half of it", None])  # type: ignore[list-item]
    assert requests == []


def test_of_two_who_create_a_file_one_wins_and_the_store_is_proved_once(lake: Lake, requests: list[str]) -> None:
    assert lake.create("locks/1.json", b"mine")
    assert requests == ["put_object", "put_object"], "the second is the proof"
    assert not lake.create("locks/1.json", b"theirs")
    assert lake.create("locks/2.json", b"mine")
    assert requests == ["put_object"] * 4
    assert lake.fs.cat_file(lake.path("locks/1.json")) == b"mine"


def test_a_store_that_lies_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lake, pipe = Lake("memory://lying/lake"), MemoryFileSystem.pipe_file

    def lying(self: MemoryFileSystem, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> Any:
        return pipe(self, path, value, mode="overwrite", **kwargs)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", lying)
    for _ in range(2):
        with pytest.raises(LakeError, match=r"two writers create one file.*If-None-Match"):
            lake.create("locks/1.json", b"mine")
        assert not lake.fs.exists(lake.path("locks/1.json")), "nobody's lock is left behind"
