"""Makes the password of Airflow's one user before Airflow starts, and prints it the one time that it makes it.

Airflow would make one itself and leave it in the API server's log as well. It stands in one file, of mode 0600.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def make(home: Path) -> str | None:
    """The new password of `admin`; None when the file has one."""
    file = home / "simple_auth_manager_passwords.json.generated"
    known = json.loads(file.read_text(encoding="utf-8") or "{}") if file.is_file() else {}
    if "admin" in known:
        file.chmod(0o600)
        return None
    password = secrets.token_urlsafe(12)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump({**known, "admin": password}, handle)
    file.chmod(0o600)
    return password


if __name__ == "__main__":
    folder = Path(os.environ["AIRFLOW_HOME"])
    made = make(folder)
    where = folder / "simple_auth_manager_passwords.json.generated"
    print(
        f"user admin, password {made} (shown this once; it stands in {where})"
        if made
        else f"user admin, password in {where}"
    )
