"""Ward systems that drop files into a folder, read over fsspec: delimited text, workbooks, JSON, packed or not."""

from ward_warehouse.sources.files.source import FilesSource

__all__ = ["FilesSource"]
