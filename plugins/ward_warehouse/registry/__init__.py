"""The registry: districts, wards and kinds of ward software as data, typed and checked as a whole.

It reads YAML and catalogues of procedures; it opens no connection and knows no record.
"""

from ward_warehouse.registry.file_reads import FilesRead
from ward_warehouse.registry.http_reads import HttpRead
from ward_warehouse.registry.load import Feed, Registry, load_registry
from ward_warehouse.registry.systems import (
    ColumnMap,
    NumberFormat,
    RecordKindMap,
    SqlRead,
    System,
)
from ward_warehouse.registry.wards import District, Ward

__all__ = [
    "ColumnMap",
    "District",
    "Feed",
    "FilesRead",
    "HttpRead",
    "NumberFormat",
    "RecordKindMap",
    "Registry",
    "SqlRead",
    "System",
    "Ward",
    "load_registry",
]
