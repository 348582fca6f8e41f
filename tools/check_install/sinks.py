"""A mail server and a text gateway that keep what they get as files: FOLDER/mail-1, FOLDER/text-1."""

import itertools
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

FOLDER = Path(sys.argv[1])
MAIL_PORT, TEXT_PORT = 2525, 2580
numbers = itertools.count(1)


def keep(kind: str, content: bytes) -> None:
    (FOLDER / f"{kind}-{next(numbers):04}").write_bytes(content)


class Mail:
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        keep("mail", envelope.content)
        return "250 OK"


class Texts(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        accepted = self.headers["Authorization"] == "Bearer check"
        if accepted:
            keep("text", f"{body['mobile']} {body['text']}".encode())
        self.send_response(200 if accepted else 403)
        self.end_headers()


if __name__ == "__main__":
    Controller(Mail(), hostname="127.0.0.1", port=MAIL_PORT).start()
    server = ThreadingHTTPServer(("127.0.0.1", TEXT_PORT), Texts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (FOLDER / "ready").touch()
    threading.Event().wait()
