"""Health check of one container: exits 0 when what it asks is well.

    healthcheck.py http://localhost:8974/health                                   an address answers
    healthcheck.py http://api-server:8080/api/v2/monitor/health triggerer         Airflow calls the component healthy
    healthcheck.py celery                                                         this container's worker answers

Not `airflow jobs check` or `airflow celery`: those import all of Airflow, several processor seconds every time.
"""

import json
import os
import socket
import sys
from urllib.request import urlopen

TIMEOUT_SECONDS = 5
# A worker that listens answers at once; what was sent before it listened is never answered.
PING_SECONDS = 2


def fault(address: str, component: str | None) -> str | None:
    """What is wrong at `address`, or None; OSError where nothing answers or the answer is an HTTP error."""
    with urlopen(address, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the address is in the compose file
        body = response.read()
    if component is None:
        return None
    status = json.loads(body).get(component, {}).get("status")
    return None if status == "healthy" else f"{component}: found {status}, expected healthy"


def silent_worker() -> str | None:
    """What is wrong with the worker of this host, or None; an OSError of Celery's where the broker is away."""
    from celery import Celery

    name = f"celery@{socket.gethostname()}"
    broker = Celery(broker=os.environ["AIRFLOW__CELERY__BROKER_URL"])
    answers = broker.control.ping(destination=[name], timeout=PING_SECONDS)
    return None if answers else f"{name}: found no answer within {PING_SECONDS} s, expected pong"


if __name__ == "__main__":
    try:
        if sys.argv[1] == "celery":
            found = silent_worker()
        else:
            found = fault(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    except (OSError, ValueError) as error:
        found = f"{sys.argv[1]}: {error}"
    sys.exit(found)
