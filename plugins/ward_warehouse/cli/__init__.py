"""The command line: `ward-warehouse`. Each command runs the same functions as the DAGs."""

from ward_warehouse.cli.main import main

__all__ = ["main"]
