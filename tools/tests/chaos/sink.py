"""A mail server that writes down what it accepted, before it says so.

`python -m tools.tests.chaos.sink PORT FILE MODE`: the word in the file MODE says how the server behaves
from the next mail on.
"""

import asyncio
import os
import signal
import sys
from email import message_from_bytes
from pathlib import Path
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ANSWERS = {"busy": "450 4.2.1 Come later", "never": "550 5.1.1 Not here"}
SLOW = 15.0  # seconds for one mail


class Ledger:
    def __init__(self, file: Path, mode: Path) -> None:
        self.file, self.mode = file, mode

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mode = self.mode.read_text() if self.mode.exists() else ""
        if mode == "slow":
            await asyncio.sleep(SLOW)
        if mode == "gone":
            assert server.transport
            server.transport.close()
        if mode in ANSWERS:
            return ANSWERS[mode]
        message = message_from_bytes(cast(bytes, envelope.content))
        with self.file.open("a") as file:
            file.write(f"{message['Message-ID']} {','.join(envelope.rcpt_tos)}\n")
            file.flush()
            os.fsync(file.fileno())
        return "250 OK"


def main(port: int, file: Path, mode: Path) -> None:
    controller = Controller(Ledger(file, mode), hostname="127.0.0.1", port=port)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
