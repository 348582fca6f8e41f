"""What a manual tells to type: `manual.py FILE SECTION NUMBER [OLD=NEW…]` prints that block of commands.

A block is typed as it stands; OLD=NEW puts the day of the check where the manual has one for example,
and is an error where the manual does not have it.
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(text: str, section: str, number: int) -> str:
    """Block `number`, from 1, of the section so numbered. Raises IndexError where there is none."""
    parts = dict(re.findall(r"^## (\d+)\. [^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    return BLOCK.findall(parts[section])[number - 1]


def replaced(text: str, changes: list[str]) -> str:
    for change in changes:
        old, _sign, new = change.partition("=")
        if old not in text:
            raise SystemExit(f"The manual does not say {old!r} there any more.")
        text = text.replace(old, new)
    return text


if __name__ == "__main__":
    file, section, number, *changes = sys.argv[1:]
    sys.stdout.write(replaced(commands(Path(file).read_text(), section, int(number)), changes))
