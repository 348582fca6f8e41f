"""What the doctor says of the installed machine: `findings.py DOCTOR.json`. Leaves with 1 for a surprise."""

import json
import sys
from collections import Counter
from pathlib import Path

# Of a machine that is an hour old, in a root without a clock of its own.
EXPECTED = {
    "backup": "the timer has not come round yet",
    "drill": "nobody has restored anything yet",
    "clock": "a container takes its clock from the machine below",
    "certificate": "self-signed, as the check asked for",
}


def main(path: Path) -> int:
    findings = json.loads(path.read_text())["findings"]
    print("  ", dict(Counter(finding["state"] for finding in findings)))
    unexpected = False
    for finding in findings:
        if finding["state"] == "ok":
            continue
        reason = EXPECTED.get(finding["name"])
        unexpected |= finding["state"] == "fail" and not reason
        print(f"   {finding['state']}: {finding['name']}: {finding['text']} ({reason or 'NOT EXPECTED'})")
        print(f"      → {finding['remedy']}")
    return int(unexpected)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
