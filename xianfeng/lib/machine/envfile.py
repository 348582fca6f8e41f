"""The file of generated secrets that a first run makes."""

import base64
import os
import secrets
from pathlib import Path

TEMPLATE = """\
# Made by `manage.py generate_env` for this machine alone; .env.example explains every variable.
DEBUG=true
SECRET_KEY={secret_key}
FIELD_ENCRYPTION_KEYS={encryption_key}
"""


def write_env_file(path: Path) -> bool:
    """Write fresh secrets to `path`, readable by its owner only. False where the file exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = TEMPLATE.format(
        secret_key=secrets.token_urlsafe(50),
        encryption_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(text)
    return True
