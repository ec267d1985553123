"""The way into the lake of the settings: its address, and the connection that its store asks for."""

from __future__ import annotations

from ward_warehouse.core.connections import Resolver, from_environment
from ward_warehouse.core.errors import SettingsError
from ward_warehouse.core.file_systems import UnknownProtocolError
from ward_warehouse.core.object_store import s3_options
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake

S3 = ("s3://", "s3a://")


def open_lake(settings: Settings, resolve: Resolver = from_environment) -> Lake:
    """The lake of the settings, entered by the connection that they name, if they do.

    Args:
        settings: `lake_url` and `lake_conn_id`.
        resolve: gives a connection by its id.

    Raises:
        SettingsError: there is no such connection, it is of another type, or the lake is on no S3 store; or the address
            of the lake is none that can be opened.
    """
    if not settings.lake_conn_id:
        try:
            return Lake(settings.lake)
        except UnknownProtocolError as error:
            raise SettingsError(f"WARD_WAREHOUSE_LAKE_URL: {error}") from None
    connection = resolve(settings.lake_conn_id)
    if connection.conn_type != "aws" or not settings.lake.startswith(S3):
        raise SettingsError(
            f"WARD_WAREHOUSE_LAKE_CONN_ID: found connection {connection.id} of type {connection.conn_type!r} for the "
            f"lake {settings.lake.partition('://')[0] + '://' if '://' in settings.lake else 'in a folder'}, expected "
            "type aws for a lake on S3 (WARD_WAREHOUSE_LAKE_URL=s3://bucket/folder); a folder needs no connection"
        )
    return Lake(settings.lake, s3_options(connection))
