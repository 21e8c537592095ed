"""A server of the OpenAI batch API, written from its public description, run as a process: `python batch_server.py`.

Prints its port. A batch goes on by one state at each look: validating, in_progress, finalizing, completed. What a
batch's requests get is told by their user message: `fail 400`, `fail 500`, `refuse`, `skip` (never answered); anything
else is echoed. A model `slow` never gets past in_progress, `expires` expires with its first half done, `broken` fails.
"""

from __future__ import annotations

import email.message
import email.parser
import email.policy
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STATES = ["validating", "in_progress", "finalizing", "completed"]
FILES: dict[str, bytes] = {}
BATCHES: dict[str, dict[str, Any]] = {}
COUNTS = {"uploads": 0, "batches": 0, "busy": 0, "requests": 0}


def requests_of(batch: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILES[batch["input_file_id"]].splitlines() if line]


def advance(batch: dict[str, Any]) -> None:
    """One state on; at the end the output and error files."""
    items = requests_of(batch)
    model = items[0]["body"]["model"]
    place = STATES.index(batch["status"]) if batch["status"] in STATES else len(STATES)
    if place >= len(STATES) - 1 or (model == "slow" and place == 1):
        return
    if model == "broken":
        errors = [{"code": "invalid_json_line", "message": "line is not JSON", "line": 1}]
        batch.update(status="failed", errors={"data": errors}, failed_at=int(time.time()))
        return
    batch["status"] = STATES[place + 1]
    if batch["status"] == "completed":
        if model == "expires":
            batch.update(status="expired", expired_at=int(time.time()))
            write(batch, items[: len(items) // 2], items[len(items) // 2 :])
        else:
            batch["completed_at"] = int(time.time())
            write(batch, items, [])


def write(batch: dict[str, Any], done: list[dict[str, Any]], late: list[dict[str, Any]]) -> None:
    output, errors = [], []
    for item in done:
        asked = item["body"]["messages"][-1]["content"]
        answer: dict[str, Any] = {"id": "batch_req", "custom_id": item["custom_id"], "error": None}
        if asked == "skip":
            continue
        if asked.startswith("fail"):
            refused = {"error": {"message": f"asked to {asked}"}}
            response = {"status_code": int(asked.split()[1]), "request_id": "r", "body": refused}
            errors.append(answer | {"response": response})
            continue
        message = {"content": None, "refusal": "no"} if asked == "refuse" else {"content": f"echo {asked}"}
        choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": "stop"}
        body = {"model": "m-1", "choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}
        output.append(answer | {"response": {"status_code": 200, "request_id": "r", "body": body}})
    for item in late:
        error = {"code": "batch_expired", "message": "This request could not be executed before the window expired."}
        errors.append({"id": "batch_req", "custom_id": item["custom_id"], "response": None, "error": error})
    for key, lines in (("output_file_id", output), ("error_file_id", errors)):
        if lines:
            batch[key] = f"file-{len(FILES)}"
            FILES[batch[key]] = b"\n".join(json.dumps(line).encode() for line in reversed(lines)) + b"\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        if parts == ["counts"]:
            return self.send(COUNTS)
        if parts[1:2] == ["files"]:
            data = FILES.get(parts[2])
            return self.send({"error": {"message": "no such file"}}, 404) if data is None else self.send(data)
        if parts[1:] == ["batches"]:
            after = dict(pair.split("=") for pair in query.split("&") if "=" in pair).get("after")
            newest = list(reversed(BATCHES.values()))
            start = next((i + 1 for i, b in enumerate(newest) if b["id"] == after), 0)
            page = newest[start : start + 2]
            return self.send({"data": page, "has_more": start + 2 < len(newest)})
        batch = BATCHES[parts[2]]
        advance(batch)
        return self.send(batch)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        parts = self.path.strip("/").split("/")
        COUNTS["requests"] += 1
        if self.headers.get("Authorization") != "Bearer sk-batch":
            return self.send({"error": {"message": "Incorrect API key provided"}}, 401)
        if COUNTS["requests"] % 5 == 1:  # now and then too busy
            COUNTS["busy"] += 1
            return self.send({"error": {"message": "slow down"}}, 429, {"Retry-After": "0.05"})
        if parts[1:] == ["files"]:
            head = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n"
            form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + data)
            assert isinstance(form, email.message.EmailMessage)
            given = list(form.iter_parts())
            fields = {p.get_param("name", header="content-disposition"): p.get_payload(decode=True) for p in given}
            assert fields["purpose"] == b"batch"
            COUNTS["uploads"] += 1
            uploaded = fields["file"]
            assert isinstance(uploaded, bytes)
            FILES[f"file-{len(FILES)}"] = uploaded
            return self.send({"id": f"file-{len(FILES) - 1}", "object": "file"})
        if parts[1:] == ["batches"]:
            asked = json.loads(data)
            assert asked["endpoint"] == "/v1/chat/completions"
            COUNTS["batches"] += 1
            batch = asked | {"id": f"batch_{len(BATCHES)}", "status": "validating", "created_at": int(time.time()) - 7}
            BATCHES[batch["id"]] = batch
            return self.send(batch)
        batch = BATCHES[parts[2]]
        batch["status"] = "cancelled"
        return self.send(batch)

    def send(self, answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    sys.stdout.close()
    server.serve_forever()
