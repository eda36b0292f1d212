"""A plain HTTPS client, so that the tests see what is on the wire."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

JSON = "application/json"
MERGE = "application/merge-patch+json"


@dataclass(frozen=True)
class Answer:
    code: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.json["message"])


class HttpClient:
    """Talks to the server of a kubeconfig as one of its contexts, or as nobody (``context=None``)."""

    def __init__(self, kubeconfig: Path, *, context: str | None = "admin") -> None:
        config = json.loads(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        self.address = urlsplit(cluster["server"])
        self.headers: dict[str, str] = {}
        self.ssl = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        user: dict[str, str] = next((user["user"] for user in config["users"] if user["name"] == context), {})
        if "token" in user:
            self.headers["Authorization"] = f"Bearer {user['token']}"
        elif user:
            with tempfile.TemporaryDirectory() as folder:
                chain = Path(folder, "client.pem")
                parts = (user["client-certificate-data"], user["client-key-data"])
                chain.write_bytes(b"".join(base64.b64decode(part) for part in parts))
                self.ssl.load_cert_chain(chain)

    def connect(self, *, timeout: float = 10.0) -> http.client.HTTPSConnection:
        host, port = self.address.hostname, self.address.port
        return http.client.HTTPSConnection(str(host), port, context=self.ssl, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, *, content_type: str = JSON, **headers: str) -> Answer:
        """One request on its own connection. Underscores in header names stand for dashes."""
        connection = self.connect()
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | self.headers
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = content_type
        try:
            connection.request(method, path, body=data, headers=sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def patch(self, path: str, body: Any, *, content_type: str = MERGE) -> Answer:
        return self.ask("PATCH", path, body, content_type=content_type)

    @contextmanager
    def watch(self, path: str, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        """The events of a watch as they come; ends with the stream."""
        connection = self.connect()
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()} | self.headers
            connection.request("GET", path, headers=sent)
            response = connection.getresponse()
            assert response.status == 200, response.read()
            yield (json.loads(line) for line in response)
        finally:
            connection.close()
