#!/usr/bin/env bash
# Installs the portal as docs/部署.md says on a fresh root with a systemd of its own, and uses it through https.
# RELEASE=bookworm (default: the worst case) or trixie. KEEP=1 leaves the root for a look. Root, Linux.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
here="$PWD/tools/check_install"
RELEASE="${RELEASE:-bookworm}"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/xianfeng-check-install/$RELEASE"
HOST_NAME=portal.example.org
# shellcheck source=/dev/null
. "$here/root.sh"
# shellcheck source=/dev/null
. "$here/machine.sh"
# shellcheck source=/dev/null
. "$here/questions.sh"

title() { printf '\n== %s (%d s)\n' "$1" $((SECONDS - began)); }

work="$(mktemp -d /var/tmp/xianfeng-check.XXXXXX)"
root="$work/root"
began=$SECONDS
trap clean EXIT
trap 'exit 130' INT TERM

# Read whole before it runs: who edits the file meanwhile changes nothing.
main() {
    title "tools of this machine"
    need_tools
    title "a fresh $RELEASE from the mirror of this machine"
    make_root
    bring_cached_python
    boot
    fresh=$SECONDS
    title "deploy/install.sh, as the manual has it"
    bring_program
    install_once
    installed=$((SECONDS - fresh))
    title "what stands there"
    look_at_units
    look_at_files
    try_without_env_file
    title "people use it"
    use_it
    title "a backup, and its drill"
    back_up
    upgrade_it
    lose_it
    title "when the portal is away"
    be_away
    title "doctor"
    ask_doctor
    printf '\nFrom a fresh root to the log-in page: %d s (Python %s). Whole check: %d s.\n' \
        "$installed" "$python_from" $((SECONDS - began))
    echo "check-install: $RELEASE passed"
}

upgrade_it() {
    title "once more: an upgrade changes nothing that matters"
    install_again
    title "while people ask for pages: an upgrade, back again, and an upgrade that is broken"
    upgrade_and_back
    title "an upgrade that does not start"
    upgrade_to_dead
}

lose_it() {
    title "the machine is lost, and comes back from its backup"
    lose_the_machine
    title "back to an earlier backup"
    go_back_to_backup
    [ "$RELEASE" = bookworm ] || return 0  # the manual names the PostgreSQL of Debian 12
    title "back to a moment"
    go_back_in_time
}

main
