"""A Prometheus of our own, to be asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.live.conftest import Program, until

Result = list[dict[str, Any]]


class Ask:
    """A running Prometheus."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        """Keep its address."""
        self.url = url
        self._client = client

    def __call__(self, path: str, data: dict[str, Any]) -> Result:
        """Return what the endpoint, `query` or `query_range`, gives for these parameters."""
        answer = self._client.post(f"/api/v1/{path}", data=data).json()
        assert answer["status"] == "success", (data, answer)
        result: Result = answer["data"]["result"]
        return result


@contextmanager
def prometheus(folder: Path, config: str) -> Iterator[Ask]:
    """Start it on a free port with that configuration; give what asks it once it is ready."""
    file = folder / "prometheus.yml"
    file.write_text(config)
    program = Program(
        [
            "prometheus",
            f"--config.file={file}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            "--web.listen-address=127.0.0.1:0",
        ]
    )
    try:
        url = "http://" + program.wait_for(r"Listening on.*address=([0-9.]+:\d+)")[1]
        with httpx.Client(base_url=url, timeout=30) as client:
            until(lambda: client.get("/-/ready").is_success)
            yield Ask(url, client)
    finally:
        program.kill()
