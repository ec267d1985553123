"""State is its owner's alone: every process of the project starts by saying so to the kernel."""

from __future__ import annotations

import os

PRIVATE = 0o077
"""The umask under which state is made: nobody but the owner reads, lists or writes it."""


def keep_state_private() -> None:
    """Takes all rights of others from the files and folders that this process and its children make from now on."""
    os.umask(PRIVATE)
