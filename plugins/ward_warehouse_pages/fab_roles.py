"""Makes the roles of the status pages in Airflow's FAB auth manager: `python -m ward_warehouse_pages.fab_roles`.

FAB makes roles of its configuration (`[fab] custom_roles`) from permissions that exist, and no others. What is there
already stays as it is. A person gets one of the roles beside `Viewer`: `airflow users add-role -u NAME -r ROLE`.
"""

from __future__ import annotations

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.providers_manager import ProvidersManager

from ward_warehouse.reports.status.asked import Right
from ward_warehouse_pages.rights import ACTIONS, RESOURCE

ROLES: dict[str, tuple[Right, ...]] = {
    "Ward Warehouse Reviewer": ("review",),
    "Ward Warehouse Approver": ("close",),
    # Has every permission of Airflow as well.
    "Admin": ("review", "close"),
}


def make_roles() -> None:
    """Makes the permissions and the roles that have them."""
    ProvidersManager().initialize_providers_configuration()
    with get_application_builder() as builder:
        manager = builder.sm
        for name, rights in ROLES.items():
            role = manager.add_role(name)
            for right in rights:
                manager.add_permission_to_role(role, manager.create_permission(ACTIONS[right], RESOURCE))


if __name__ == "__main__":
    make_roles()
