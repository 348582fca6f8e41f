"""One event, one line: what people typed cannot make up a line of its own in the log."""

import logging

from pythonjsonlogger.json import JsonFormatter

from xianfeng.lib.machine.tracing import TRACE

# Controls, and the further signs at which a reader of the log may break a line.
ESCAPES = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


# The same in the way of JSON, which escapes the first thirty-two by itself.
JSON_ESCAPES = {code: f"\\u{code:04x}" for code in ESCAPES if code > 31}
# What libraries add to a record may name people: a request with its query, a job with its arguments.
TOLD = ("time", "level", "logger", "message", "trace", "exc_info", "stack_info")


class OneLine(logging.Formatter):
    """For people at a terminal. A traceback below the line stays as it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(ESCAPES)


class OneObject(JsonFormatter):
    """For machines: a traceback is a field of the object, too."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{trace}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
            **options,  # type: ignore[arg-type]
        )

    def jsonify_log_record(self, log_data: dict[str, object]) -> str:
        text: str = super().jsonify_log_record({name: log_data[name] for name in TOLD if name in log_data})
        return text.translate(JSON_ESCAPES)


class Traced(logging.Filter):
    """Adds what the line belongs to: a request, or a job and the request that asked for it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = TRACE.get()
        return True
