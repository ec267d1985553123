"""What a person may do on the status pages: by the roles of Airflow's auth manager, where it has any of one's own."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

from ward_warehouse.core.settings import Settings
from ward_warehouse.reports.status.asked import Right

RESOURCE = "Ward Warehouse Periods"
"""The custom view that an auth manager's permissions name; its actions are those below."""

ACTIONS: dict[Right, str] = {"review": "can_review", "close": "can_close"}


def rights_of(manager: Any, user: Any, settings: Settings) -> frozenset[Right]:
    """The rights of a person who is logged in.

    May read who may see the nightly load. May review or close whose role has that permission on `RESOURCE`; the simple
    auth manager has four fixed roles, each of which it lets into every custom view, so that there the site's settings
    name the people.

    Args:
        manager: Airflow's auth manager.
        user: as the manager knows the person.
        settings: who reviews and closes, for the simple auth manager alone.
    """
    rights: set[Right] = set()
    if manager.is_authorized_dag(method="GET", details=DagDetails(id="ward_nightly_load"), user=user):
        rights.add("read")
    if isinstance(manager, SimpleAuthManager):
        named: dict[Right, tuple[str, ...]] = {"review": settings.reviewers, "close": settings.approvers}
        return frozenset(rights | {right for right, names in named.items() if user.get_name() in names})
    return frozenset(
        rights
        | {
            right
            for right, action in ACTIONS.items()
            if manager.is_authorized_custom_view(method=action, resource_name=RESOURCE, user=user)
        }
    )
