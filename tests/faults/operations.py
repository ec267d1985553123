"""What a process does to its disk, one operation after the other, and a fault at one of them.

Installed in a child process that a test started for this, never in the library: the functions of `os` and `open` that
change files below one folder are counted, and the fault decides before and after each of them.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NO_SPACE = (errno.ENOSPC, errno.EIO)


@dataclass
class Fault:
    """When to strike, and how.

    Attributes:
        action: "count" strikes never, "kill" ends the process as `kill -9` does, "fail" makes the operation fail.
        number: the operation to strike, counted from 1; 0 for none by number.
        operation, path: strike at the first operation of this name on a path that contains this text.
        after: strike when the operation is done, instead of before it.
        rate, seed: strike each operation with this probability.
    """

    action: str = "count"
    number: int = 0
    operation: str = ""
    path: str = ""
    after: bool = False
    rate: float = 0.0
    seed: int = 0
    done: list[str] = field(default_factory=list)
    struck: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def begin(self, operation: str, path: str) -> bool:
        """Counts an operation; kills, or gives whether it is the one to strike."""
        self.done.append(f"{operation} {path}")
        hit = len(self.done) == self.number
        hit = hit or (self.rate > 0 and self._random.random() < self.rate)
        hit = hit or (operation == self.operation and self.path in path and not self.struck)
        self.struck += hit
        if hit and self.action == "kill" and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return hit

    def end(self, hit: bool) -> None:
        """Kills when the operation that was struck is done."""
        if hit and self.action == "kill" and self.after:
            os.kill(os.getpid(), signal.SIGKILL)

    def error(self, path: str) -> OSError:
        """No space and a broken disk, in turn."""
        number = NO_SPACE[self.struck % 2]
        return OSError(number, os.strerror(number), path)


class _Handle:
    """A file opened for writing, whose writes are operations; one that fails leaves half of its bytes behind."""

    def __init__(self, real: Any, path: str, fault: Fault) -> None:
        self._real = real
        self._path = path
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> _Handle:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()

    def __iter__(self) -> Any:
        return iter(self._real)

    def write(self, data: Any) -> Any:
        hit = self._fault.begin("write", self._path)
        if hit and self._fault.action == "fail":
            self._real.write(data[: len(data) // 2])
            raise self._fault.error(self._path)
        written = self._real.write(data)
        if hit:
            self._real.flush()
        self._fault.end(hit)
        return written


def install(folder: str, fault: Fault) -> None:
    """Puts the fault between this process and every file below the folder, for good."""
    for name in ("replace", "rename", "mkdir", "unlink", "remove", "rmdir", "fsync"):
        setattr(os, name, _counted(name, getattr(os, name), folder, fault))
    real_open = builtins.open

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        path = os.fspath(file) if isinstance(file, str | os.PathLike) else ""
        if not path or not _below(path, folder) or not set(mode) & set("wax+"):
            return real_open(file, mode, *args, **kwargs)
        hit = fault.begin("open", path)
        if hit and fault.action == "fail":
            raise fault.error(path)
        real = real_open(file, mode, *args, **kwargs)
        fault.end(hit)
        return _Handle(real, path, fault)

    builtins.open = io.open = opened  # type: ignore[assignment]


def _counted(name: str, real: Callable[..., Any], folder: str, fault: Fault) -> Callable[..., Any]:
    def operation(*args: Any, **kwargs: Any) -> Any:
        path = _path_of(args[-1] if name in ("replace", "rename") else args[0])
        if not _below(path, folder):
            return real(*args, **kwargs)
        hit = fault.begin(name, path)
        if hit and fault.action == "fail":
            raise fault.error(path)
        result = real(*args, **kwargs)
        fault.end(hit)
        return result

    return operation


def _path_of(what: Any) -> str:
    if isinstance(what, int):
        return os.readlink(f"/proc/self/fd/{what}")
    return str(os.fspath(what))


def _below(path: str, folder: str) -> bool:
    return os.path.abspath(path).startswith(folder)
