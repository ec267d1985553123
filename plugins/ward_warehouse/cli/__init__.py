"""The command line, `ward-warehouse`: each command runs the same functions as the DAGs.

It reads words and prints lines; everything in between is done by the rooms before it.
"""

from ward_warehouse.cli.main import main

__all__ = ["main"]
