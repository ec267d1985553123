"""Health check of one container: exits 0 when an address answers, and when Airflow calls the component healthy there.

    healthcheck.py http://localhost:8974/health
    healthcheck.py http://api-server:8080/api/v2/monitor/health triggerer

Not `airflow jobs check`: that imports all of Airflow, several processor seconds every time.
"""

import json
import sys
from urllib.request import urlopen

TIMEOUT_SECONDS = 5


def fault(address: str, component: str | None) -> str | None:
    """What is wrong at `address`, or None; OSError where nothing answers or the answer is an HTTP error."""
    with urlopen(address, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the address is in the compose file
        body = response.read()
    if component is None:
        return None
    status = json.loads(body).get(component, {}).get("status")
    return None if status == "healthy" else f"{component}: found {status}, expected healthy"


if __name__ == "__main__":
    try:
        found = fault(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    except (OSError, ValueError) as error:
        found = f"{sys.argv[1]}: {error}"
    sys.exit(found)
