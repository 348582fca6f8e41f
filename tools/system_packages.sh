#!/usr/bin/env bash
# Browser tests need Chromium and Chinese fonts. Installs what is missing, where that is possible.
set -euo pipefail

missing=()
find_chromium() {
    for name in chromium chromium-browser google-chrome; do command -v "$name" && return 0; done
    return 1
}
[ -n "${CHROMIUM:-}" ] || find_chromium >/dev/null || missing+=(chromium)
# Without such a font Chinese text is boxes, and layout tests measure boxes.
fc-list :lang=zh-cn 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then as_root=(sudo -n); else missing_rights=1; fi
fi
if [ -n "${missing_rights:-}" ] || ! command -v apt-get >/dev/null; then
    echo "The browser tests need: ${missing[*]}" >&2
    echo "Install them with this system's package manager (CHROMIUM=/path names another Chromium), then repeat." >&2
    exit 1
fi
echo "Installing for the browser tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q >/dev/null
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
