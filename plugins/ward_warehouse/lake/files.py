"""Files under one fsspec address, a folder or an object store: whole or not there, and some created by one alone.

What a store is asked costs a request and a wait, so each question here is one request where the store has one for it,
and of many files all are asked for at the same time.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError

from ward_warehouse.core.errors import LakeError
from ward_warehouse.core.file_systems import file_system

log = logging.getLogger(__name__)

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Where an object is seen under its name when all of it is there, and not before: no other name is needed."""
STORE_ERRORS = (OSError, BotoCoreError)
"""Of a disk, and of a store: S3's client has its own for a server that does not answer."""
AT_ONCE = 16
"""Requests to a store at the same time."""
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}
"""What a file system says that has no second names for a file, as those of network shares and FAT."""


class Files:
    """Reads and writes files under one fsspec address.

    Args:
        address: an fsspec URL, or a path.
        options: of its file system, such as the keys of an account.
    """

    def __init__(self, address: str, options: Mapping[str, Any] | None = None) -> None:
        # A listing that is remembered shows what was there once.
        fresh = {"use_listings_cache": False} if "://" in address else {}
        self.fs, self._root = file_system(address, **fresh, **(options or {}))
        self._is_exclusive = False

    def path(self, relative: str) -> str:
        """Full path of a file."""
        return f"{self._root}/{relative}"

    @contextmanager
    def writing(self, relative: str) -> Iterator[IO[bytes]]:
        """A file that appears under its name only when the block ends without an error.

        Raises:
            LakeError: the lake cannot be written.
        """
        try:
            with self._putting(relative) if self._shows_whole_objects else self._renaming(relative) as handle:
                yield handle
        except STORE_ERRORS as error:
            raise _not_written(relative, error) from error

    @contextmanager
    def _putting(self, relative: str) -> Iterator[IO[bytes]]:
        """One request for an object of ordinary size: of a block that fails, nothing has left this process."""
        content = BytesIO()
        yield content
        self.fs.pipe_file(self.path(relative), content.getvalue())

    @contextmanager
    def _renaming(self, relative: str) -> Iterator[IO[bytes]]:
        target = self.path(relative)
        temporary = f"{target}.{uuid4().hex}.tmp"
        try:
            self.fs.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
            with self.fs.open(temporary, "wb") as handle:
                yield handle
                handle.flush()
                if self.is_local:
                    os.fsync(handle.fileno())
            self._rename(temporary, target)
        except BaseException:
            self._forget(temporary)
            raise

    def create(self, relative: str, content: bytes) -> bool:
        """Writes a file whole under a name that is still free; False when somebody else has the name already.

        Raises:
            LakeError: the lake cannot be written.
        """
        target = self.path(relative)
        if not self.is_local:
            try:
                if not self._create_object(target, content):
                    return False
                self._require_exclusive(target, content)
            except STORE_ERRORS as error:
                raise _not_written(relative, error) from error
            return True
        whole = f"{relative}.{uuid4().hex}.new"
        with self.writing(whole) as handle:
            handle.write(content)
        try:
            # A link, unlike a rename, never takes the place of what is there.
            os.link(self.path(whole), target)
            _sync_folder(target)
        except FileExistsError:
            return False
        except STORE_ERRORS as error:
            raise _not_written(relative, error) from error
        finally:
            self.remove(whole)
        return True

    def give_name(self, relative: str, other: str) -> None:
        """Gives a file another name, under which it is there whole or not at all; the first name stays.

        A folder's file then has two names, a store's is copied by the store itself.

        Raises:
            LakeError: there is no such file, or the lake cannot be written.
        """
        source, target = self.path(relative), self.path(other)
        try:
            if self.is_local:
                self._link(source, target)
            else:
                self.fs.cp_file(source, target)
        except STORE_ERRORS as error:
            if not (self.is_local and isinstance(error, OSError) and error.errno in NO_LINKS):
                raise _not_written(other, error) from error
            with open(source, "rb") as content, self.writing(other) as handle:
                shutil.copyfileobj(content, handle)

    def _link(self, source: str, target: str) -> None:
        temporary = f"{target}.{uuid4().hex}.tmp"
        os.makedirs(PurePosixPath(target).parent, exist_ok=True)
        os.link(source, temporary)
        try:
            # As if it were written now: what is old and not named yet would be taken for left over.
            os.utime(temporary)
            self._rename(temporary, target)
        except BaseException:
            self._forget(temporary)
            raise

    def _create_object(self, target: str, content: bytes) -> bool:
        try:
            self.fs.pipe_file(target, content, mode="create")
        except FileExistsError:
            return False
        except OSError as error:
            # What s3fs makes of 412 where the store does not say which condition did not hold: there was one.
            if error.errno == errno.EINVAL:
                return False
            raise
        return True

    def _require_exclusive(self, target: str, content: bytes) -> None:
        """Creates the first file of this lake a second time: locks stand on a store that refuses that.

        Raises:
            LakeError: the store takes it; the file is removed again.
        """
        if self._is_exclusive:
            return
        if self._create_object(target, content):
            self._forget(target)
            raise LakeError(
                "lake: the store lets two writers create one file, so that two runs could hold one lock; use a store "
                "with conditional writes (S3's If-None-Match), or a folder"
            )
        self._is_exclusive = True

    def replace(self, relative: str, old: bytes, new: bytes) -> bool:
        """Writes an object anew that still is what it was; False when it is another, or gone.

        S3 compares and writes in one step; where a store does not, somebody may come in between.

        Raises:
            LakeError: the store cannot be asked.
        """
        target = self.path(relative)
        try:
            # Before the look at the content: what is put then takes the place of nothing that was put after the look.
            match = self._match(target)
            if self._read(target) != old:
                return False
            return self._put_over(target, new, match)
        except FileNotFoundError:
            return False
        except STORE_ERRORS as error:
            raise _not_written(relative, error) from error

    def _match(self, target: str) -> dict[str, str]:
        if not self.has_etags:
            return {}
        bucket, _, key = target.partition("/")
        return {"IfMatch": self.fs.call_s3("head_object", Bucket=bucket, Key=key)["ETag"]}

    def _put_over(self, target: str, content: bytes, match: dict[str, str]) -> bool:
        try:
            self.fs.pipe_file(target, content, **match)
        except OSError as error:
            if match and error.errno == errno.ENOSYS:
                return self._put_over(target, content, {})
            # What s3fs makes of 412: it is not what it was any more.
            if match and error.errno == errno.EINVAL:
                return False
            raise
        return True

    def read(self, relative: str) -> bytes | None:
        """A file's content; None when there is none.

        Raises:
            LakeError: it cannot be read.
        """
        try:
            return self._read(self.path(relative))
        except FileNotFoundError:
            return None
        except STORE_ERRORS as error:
            raise LakeError(
                f"lake: {relative} cannot be read ({_reason(error)}); check the lake and its rights"
            ) from None

    def read_all(self, paths: Sequence[str]) -> list[bytes | None]:
        """The contents of many files, as `read` gives them: from a store many at the same time."""
        if self.is_local or len(paths) < 2:
            return [self.read(path) for path in paths]
        with ThreadPoolExecutor(min(AT_ONCE, len(paths))) as pool:
            return list(pool.map(self.read, paths))

    def _read(self, target: str) -> bytes:
        # In one piece: s3fs else asks for the size first.
        found: bytes = self.fs.cat_file(target, **({"max_concurrency": 1} if self.has_etags else {}))
        return found

    def names(self, folder: str, suffix: str = ".json") -> list[str]:
        """Relative paths of the files in a folder, sorted by name; empty when there is no such folder."""
        return [path for path, _ in self.versions(folder, suffix)]

    def versions(self, folder: str, suffix: str = ".json") -> list[tuple[str, str]]:
        """Relative path and version mark (size and time of change, or ETag) of the files in a folder."""
        files = [one for one in self._entries(folder) if one["type"] == "file" and one["name"].endswith(suffix)]
        return sorted((f"{folder}/{PurePosixPath(one['name']).name}", _mark(one)) for one in files)

    def versions_below(self, folder: str, suffix: str = ".json") -> list[tuple[str, str]]:
        """The same of the files in a folder and in all that are in it: of a store in one listing."""
        files = [(path, one) for path, one in self.find(folder).items() if path.endswith(suffix)]
        return sorted((path, _mark(one)) for path, one in files)

    def find(self, folder: str) -> dict[str, dict[str, Any]]:
        """What the file system says of each file in a folder and in all that are in it, by relative path.

        Raises:
            LakeError: they cannot be listed.
        """
        target = self.path(folder)
        parent, _, name = target.rpartition("/")
        try:
            # With the name as a prefix s3fs asks nothing more where there is nothing.
            found = (
                self.fs.find(parent, prefix=f"{name}/", detail=True)
                if self.has_etags and name
                else self.fs.find(target, detail=True)
            )
        except FileNotFoundError:
            return {}
        except STORE_ERRORS as error:
            raise _not_listed(folder, error) from None
        return {path.removeprefix(self.path("")): one for path, one in found.items()}

    def folders(self, folder: str) -> list[str]:
        """Names of the folders in a folder, sorted."""
        return sorted(PurePosixPath(one["name"]).name for one in self._entries(folder) if one["type"] == "directory")

    def _entries(self, folder: str) -> list[dict[str, Any]]:
        target = self.path(folder)
        try:
            if not self.has_etags:
                found: list[dict[str, Any]] = self.fs.ls(target, detail=True, refresh=True)
                return found
            # One request, also where there is nothing: of `ls` s3fs makes two then.
            parent, _, name = target.rpartition("/")
            return list(self.fs.find(parent, prefix=f"{name}/", maxdepth=1, withdirs=True, detail=True).values())
        except FileNotFoundError:
            return []
        except STORE_ERRORS as error:
            raise _not_listed(folder, error) from None

    def missing(self, paths: Collection[str]) -> list[str]:
        """Those of the paths under which there is no file, also where a listing that lags does not show one."""
        if self.is_local:
            return [path for path in paths if not os.path.exists(self.path(path))]
        shown = {path for zone in {PurePosixPath(path).parts[0] for path in paths} for path in self.find(zone)}
        return [path for path in paths if path not in shown and not self.exists(path)]

    def exists(self, relative: str) -> bool:
        """Whether there is such a file."""
        return bool(self.fs.exists(self.path(relative)))

    def remove(self, relative: str) -> bool:
        """Removes a file that no manifest names any more; where that fails it stays, and nobody reads it.

        Gives whether it is gone that was there; of what was not there S3 says the same.
        """
        return self._forget(self.path(relative))

    @property
    def is_local(self) -> bool:
        """Whether the lake is a folder of this machine."""
        return "file" in self.fs.protocol

    @property
    def has_etags(self) -> bool:
        """Whether a version mark says what the content is, and not only when it was written."""
        return "s3" in self.fs.protocol

    @property
    def _shows_whole_objects(self) -> bool:
        protocols = {self.fs.protocol} if isinstance(self.fs.protocol, str) else set(self.fs.protocol)
        return bool(protocols & OBJECT_STORES)

    def _rename(self, temporary: str, target: str) -> None:
        if not self.is_local:
            self.fs.mv(temporary, target)
            return
        os.replace(temporary, target)
        _sync_folder(target)

    def _forget(self, path: str) -> bool:
        try:
            self.fs.rm_file(path)
        except FileNotFoundError:
            return False
        except STORE_ERRORS as error:
            log.warning("lake: %s is not needed any more and cannot be removed (%s)", path, _reason(error))
            return False
        return True


def _not_written(relative: str, error: Exception) -> LakeError:
    return LakeError(f"lake: {relative} cannot be written ({_reason(error)}); check space and rights of the lake")


def _not_listed(folder: str, error: Exception) -> LakeError:
    return LakeError(f"lake: {folder} cannot be listed ({_reason(error)}); check the lake and its rights")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())[:200]


def _sync_folder(path: str) -> None:
    folder = os.open(str(PurePosixPath(path).parent), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _mark(entry: dict[str, Any]) -> str:
    stamp = entry.get("ETag") or entry.get("mtime") or entry.get("LastModified")
    return f"{entry['size']}:{stamp}"
