"""Makes the Airflow pool that `WARD_WAREHOUSE_READERS_POOL` names, with a place for each ward read at the same time.

A task whose pool is not there is never started, so this runs before Airflow's services do, each time they start:
`python -m ward_warehouse_pages.readers_pool`.
"""

from __future__ import annotations

from ward_warehouse.core.settings import load_settings


def main() -> None:
    """Makes the pool, or gives it the number of places that the settings say; Airflow's own pool is left alone."""
    from airflow.models.pool import Pool

    settings = load_settings()
    if settings.readers_pool == Pool.DEFAULT_POOL_NAME:
        return
    Pool.create_or_update_pool(
        settings.readers_pool,
        slots=settings.parallel_wards,
        description="Tasks that read wards, over all workers and runs",
        include_deferred=False,
    )


if __name__ == "__main__":
    main()
