import json
from typing import Any

import httpx


class WardService:
    """One ward's JSON service, as a reader with its connection sees it."""

    def __init__(self, connections: dict[str, str], key: str) -> None:
        found = json.loads(connections[f"AIRFLOW_CONN_{key.upper()}"])
        self.url = f"{found['schema']}://{found['host']}:{found['port']}{found['extra']['base_path']}"
        self.token = found["password"]

    def get(self, path: str, token: str | None = None, **params: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.get(f"{self.url}{path}", params={k: str(v) for k, v in params.items()}, headers=headers)

    def all(self, path: str, size: int = 500, **params: object) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for number in range(1, 100):
            page = self.get(path, trang=number, kich_thuoc=size, **params).json()["data"]["items"]
            items += page
            if len(page) < size:
                break
        return items

    def total(self) -> tuple[int, int | None]:
        answer = self.get("/api/ho-so", kich_thuoc=1)
        return answer.status_code, answer.json()["data"]["tong"] if answer.status_code == 200 else None
