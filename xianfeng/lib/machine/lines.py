"""One event, one line: what people typed cannot make up a line of its own in the log."""

import logging

# Controls, and the further signs at which a reader of the log may break a line.
ESCAPES = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


class OneLine(logging.Formatter):
    """A traceback below the line stays as it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(ESCAPES)
