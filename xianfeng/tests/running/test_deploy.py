"""What deploy/ promises, as far as it can be read from its files; `make check-install` runs it."""

import configparser
import os
import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from django.conf import settings

DEPLOY = Path(settings.BASE_DIR) / "deploy"
QUEUES = ("celery", "mail", "nightly")
COMPOSE = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text())["services"]
OURS = ("migrate", "web", "beat", "manage", *(f"worker-{queue}" for queue in QUEUES))
SCRIPTS = [
    *DEPLOY.rglob("*.sh"),
    DEPLOY / "bin" / "xianfeng-manage",
    *Path("tools/check_install").glob("*.sh"),
]


class Unit(configparser.ConfigParser):
    """Names of directives keep their capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(name: str) -> Unit:
    parser = Unit(strict=False, interpolation=None)
    parser.read(DEPLOY / "systemd" / name)
    return parser


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse_and_have_short_functions(script: Path):
    subprocess.run(["bash", "-n", script], check=True)  # noqa: S603, S607
    text = script.read_text()
    for body in re.findall(r"^\w+\(\) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        assert body.count("\n") <= 28, body.splitlines()[0]
    assert max(len(line) for line in text.splitlines()) <= 130


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_bare_and_may_write_little(name: str):
    service = COMPOSE[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in service
    assert service["environment"]["ENVIRONMENT"] == "production"


def test_only_nginx_is_reached_from_outside():
    assert [name for name, service in COMPOSE.items() if "ports" in service] == ["nginx"]
    assert {name for name, service in COMPOSE.items() if service["networks"] == ["inside"]} == {
        "postgres",
        "redis",
    }


def test_the_image_leaves_root_before_it_runs():
    lines = (DEPLOY / "container" / "Containerfile").read_text().splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM"))
    assert any(line.startswith("USER 10001") for line in lines[last:])
    assert not any("requirements-dev" in line for line in lines)


def test_each_queue_has_a_worker_in_both_worlds():
    assert {f"worker-{queue}" for queue in QUEUES} < set(COMPOSE)
    assert [COMPOSE[f"worker-{queue}"]["environment"]["QUEUE"] for queue in QUEUES] == list(QUEUES)
    services = (DEPLOY / "steps" / "services.sh").read_text()
    assert all(f"xianfeng-worker@{queue}" in services for queue in QUEUES)


def test_services_that_must_be_healthy_say_how_that_shows():
    for service in COMPOSE.values():
        needs = service.get("depends_on", {})
        for name, how in needs.items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in COMPOSE[name]


@pytest.mark.parametrize(
    "name", ["xianfeng-web.service", "xianfeng-worker@.service", "xianfeng-beat.service"]
)
def test_services_are_started_again_and_with_the_machine(name: str):
    parsed = unit(name)
    assert parsed["Service"]["Restart"] == "always"
    assert parsed["Install"]["WantedBy"] == parsed["Unit"]["PartOf"] == "xianfeng.target"
    assert unit("xianfeng.target")["Install"]["WantedBy"] == "multi-user.target"


def test_web_restarts_behind_a_socket_that_a_restart_leaves_open():
    web, socket = unit("xianfeng-web.service"), unit("xianfeng-web.socket")
    assert web["Unit"]["Requires"] == "xianfeng-web.socket"
    assert "--bind" not in web["Service"]["ExecStart"]
    assert socket["Socket"]["ListenStream"] == "127.0.0.1:8000"
    assert "PartOf" not in socket["Unit"]
    assert socket["Unit"]["StopPropagatedFrom"] == socket["Install"]["WantedBy"] == "xianfeng.target"


def test_nginx_waits_longer_than_a_restart_of_web_takes():
    site = (DEPLOY / "nginx" / "xianfeng.conf").read_text()
    waits = re.search(r"proxy_read_timeout (\d+)s;", site)
    assert waits
    assert int(waits[1]) >= int(unit("xianfeng-web.service")["Service"]["TimeoutStopSec"]) + 30


def test_a_web_that_cannot_start_closes_its_socket_and_is_tried_again():
    web, again = unit("xianfeng-web.service")["Unit"], unit("xianfeng-web-again.timer")["Timer"]
    assert web["OnFailure"] == "xianfeng-web-again.timer"
    assert again["Unit"] == "xianfeng-web.service"
    assert again["RemainAfterElapse"] == "no"
    assert int(again["OnActiveSec"]) >= int(web["StartLimitIntervalSec"])


@pytest.mark.parametrize("path", [*(DEPLOY / "systemd").rglob("*.*")], ids=lambda path: path.name)
def test_nothing_runs_from_the_checkout(path: Path):
    if path.is_file():
        assert not re.search(r"/srv/xianfeng(?!-current)", path.read_text())


def test_every_unit_is_hardened_by_the_shared_file():
    common = unit("xianfeng-.service.d/common.conf")["Service"]
    assert common["ProtectSystem"] == "strict"
    assert common["NoNewPrivileges"] == "true"
    assert common["CapabilityBoundingSet"] == ""
    assert common["EnvironmentFile"] == "/etc/xianfeng/env"
    assert common["User"] == common["Group"] == "xianfeng"


def test_nginx_keeps_what_is_ours_to_itself():
    site = (DEPLOY / "nginx" / "xianfeng.conf").read_text()
    assert "http2 on" not in site  # nginx 1.22 refuses it
    assert re.search(
        r"location ~ \^/\(healthz\|livez\|metrics\)/\?\$ \{\s+allow 127\.0\.0\.1;\s+allow ::1;\s+# .*\s+"
        r"include /etc/xianfeng/nginx/allow-metrics\*\.conf;\s+deny all;",
        site,
    )
    assert "$uri" in site
    assert "$args" not in site
    assert "$query_string" not in site
    log_format = site[site.index("log_format") : site.index(";")]
    assert "$request " not in log_format
    assert "$request_uri" not in log_format
    assert "media" not in re.sub(r"#.*", "", site)


def test_the_maintenance_page_needs_nothing_else():
    page = (DEPLOY / "nginx" / "maintenance.html").read_text()
    assert "正在维护" in page
    assert not re.search(r"(src|href)=|url\(|@import", page)


def test_what_the_queue_runs_on_is_locked_for_production():
    """kombu imports a package that only its extra [redis] names: without it no worker starts."""
    locked = (Path(settings.BASE_DIR) / "requirements.txt").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", locked, re.MULTILINE))
    wanted = [line for line in metadata.requires("kombu") or [] if 'extra == "redis"' in line]
    assert {re.split(r"[^a-zA-Z0-9-]", line)[0] for line in wanted} <= names


STEPS = """
set -Eeuo pipefail
. {deploy}/steps/common.sh
. {deploy}/steps/settings.sh
. {deploy}/steps/release.sh
APP={env}-app RELEASES={env}-releases CURRENT={env}-current PREVIOUS={env}-previous PYTHON=python3 WORKING=(w)
install_units() {{ :; }}
systemctl() {{ echo "systemctl $*"; }}
wait_for_answer() {{ :; }}
ENV_FILE_PATH={env} ETC={env}-etc
chown() {{ :; }}
{lines}
"""


def steps(tmp_path: Path, lines: str) -> subprocess.CompletedProcess[str]:
    script = STEPS.format(deploy=DEPLOY, env=tmp_path / "env", lines=lines)
    # Who runs the tests in the background ignores Ctrl-C, and so would everything below.
    return subprocess.run(  # noqa: S603
        ["env", "--default-signal=INT,HUP,TERM", "bash", "-c", script],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_fails_says_in_which_step(tmp_path):
    run = steps(tmp_path, 'work() { (quietly ls /nowhere); echo on; }\nstep "建表" work')
    assert run.returncode != 0
    assert "安装停在“建表”" in run.stderr
    assert "/nowhere" in run.stderr
    assert "on" not in run.stdout.splitlines()


def test_settings_are_stored_in_their_place_and_read_back(tmp_path):
    (tmp_path / "env").write_text("# about A\nA=\nB='old'\n")
    value = "smtp+tls://user:p%2Fw$x@mail.example.org:587"
    run = steps(tmp_path, f"store A '{value}'\nstore B 'a b'\nstore C new\nstored A\nstored B")
    assert run.stdout.splitlines() == [value, "a b"], run.stderr
    assert (tmp_path / "env").read_text() == f"# about A\nA='{value}'\nB='a b'\nC='new'\n"
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o640


def test_a_value_that_breaks_out_of_its_quotes_is_refused(tmp_path):
    (tmp_path / "env").write_text("A=\n")
    run = steps(tmp_path, '''store A "x'; touch /nowhere; '"''')
    assert run.returncode != 0
    assert (tmp_path / "env").read_text() == "A=\n"


def program(tmp_path: Path, text: str) -> None:
    app = tmp_path / "env-app"
    for name in (".git/config", ".venv/bin/python", "var/db", "staticfiles/x.css", "a/__pycache__/b.pyc"):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).touch()
    (app / "a" / "b c.py").write_text(text)


def laid(tmp_path: Path) -> Path:
    run = steps(tmp_path, 'lay_release >&2; touch "$RELEASE/.complete"; echo "$RELEASE"')
    assert run.returncode == 0, run.stderr
    return Path(run.stdout.strip())


def test_the_same_program_is_one_release_and_another_lies_beside_it(tmp_path):
    program(tmp_path, "one")
    first = laid(tmp_path)
    files = {str(path.relative_to(first)) for path in first.rglob("*") if path.is_file()}
    assert files == {"a/b c.py", ".laid", ".complete"}
    (tmp_path / "env-app" / "a" / "__pycache__" / "b.pyc").write_text("made by running")
    assert laid(tmp_path) == first
    program(tmp_path, "two")
    second = laid(tmp_path)
    assert second != first
    assert [(path / "a" / "b c.py").read_text() for path in (first, second)] == ["one", "two"]


def releases(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / "env-releases" / name).mkdir(parents=True)
        (tmp_path / "env-releases" / name / ".complete").touch()
    (tmp_path / "env-current").symlink_to(tmp_path / "env-releases" / names[-1])
    return tmp_path / "env-releases"


def test_what_fails_after_the_switch_is_taken_back(tmp_path):
    folder = releases(tmp_path, "1", "2", "3")
    (tmp_path / "env-previous").symlink_to(folder / "2")
    (tmp_path / "env-current").unlink()
    (tmp_path / "env-current").symlink_to(folder / "1")
    lines = 'RELEASE="$RELEASES/3"; broken() { readlink "$CURRENT" "$PREVIOUS"; false; }'
    run = steps(tmp_path, lines + '; step "换" switch_release; step "启动" broken')
    assert run.returncode != 0
    assert f"{folder}/3\n{folder}/1\n" in run.stdout
    assert (tmp_path / "env-current").resolve().name == "1"
    assert (tmp_path / "env-previous").resolve().name == "2"
    assert "systemctl restart xianfeng-web" in run.stdout
    assert "已换回原来的版本" in run.stdout


def test_what_fails_before_the_switch_leaves_what_runs_alone(tmp_path):
    folder = releases(tmp_path, "1")
    program(tmp_path, "two")
    (tmp_path / "env").write_text("SMS_BACKEND='city_sms.Gateway'\n")
    (tmp_path / "env-etc" / "tls").mkdir(parents=True)
    (tmp_path / "env-etc" / "tls" / "key.pem").symlink_to("/etc/letsencrypt/live/x/privkey.pem")
    spoil = 'store SMS_BACKEND none; rm "$ETC/tls/key.pem"'
    run = steps(tmp_path, f'keep_settings; {spoil}; step "放" lay_release; step "检查" false')
    assert (tmp_path / "env").read_text() == "SMS_BACKEND='city_sms.Gateway'\n"
    assert str((tmp_path / "env-etc" / "tls" / "key.pem").readlink()).endswith("privkey.pem")
    assert (tmp_path / "env-current").resolve() == folder / "1"
    asked = [line.strip() for line in run.stdout.splitlines() if "systemctl" in line]
    assert asked == ["systemctl is-active --quiet xianfeng-web"]
    assert "照常运行" in run.stdout


def test_what_does_not_run_is_not_said_to_run(tmp_path):
    releases(tmp_path, "1")
    run = steps(tmp_path, 'systemctl() { return 3; }; UNDO=untouched; step "检查" false')
    assert "照常运行" not in run.stdout
    assert "没有在运行" in run.stdout


def test_the_one_before_and_one_more_are_kept(tmp_path):
    folder = releases(tmp_path, "1", "2", "3", "4", "5", "6")
    (tmp_path / "env-previous").symlink_to(folder / "2")
    (folder / "5" / ".complete").unlink()
    assert steps(tmp_path, "remove_old_releases").returncode == 0
    assert {path.name for path in folder.iterdir()} == {"2", "4", "6"}


def test_open_pages_find_the_styles_of_the_release_they_came_from(tmp_path):
    folder = releases(tmp_path, "1", "2")
    for name, files in {"1": ("a.0123456789ab.css", "a.css"), "2": ("a.ba9876543210.css", "a.css")}.items():
        (folder / name / ".laid").touch()
        os.utime(folder / name / ".laid", (0, 0))
        for file in (*files, "staticfiles.json"):
            (folder / name / "staticfiles" / "css" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / "staticfiles" / "css" / file).write_text(name)
    (tmp_path / "env-app").mkdir()
    run = steps(tmp_path, 'RELEASE="$RELEASES/2"; share_static')
    assert run.returncode == 0, run.stderr
    there = {path.name: path.read_text() for path in (folder / "2" / "staticfiles" / "css").iterdir()}
    assert there == {
        "a.0123456789ab.css": "1",
        "a.ba9876543210.css": "2",
        "a.css": "2",
        "staticfiles.json": "2",
    }


@pytest.mark.parametrize("line", ["URL='smtp://a b#c'", 'URL="smtp://a b#c"', "URL=smtp://a b#c"])
def test_a_stored_value_is_read_without_its_quotes(line: str, tmp_path: Path):
    (tmp_path / "env").write_text(f"OTHER_URL='x'\nURL=\n{line}\n")
    assert steps(tmp_path, "stored URL").stdout == "smtp://a b#c\n"


@pytest.mark.parametrize("end", ["kill -INT $$", "kill -TERM $$", "kill -HUP $$", "false", "die x"])
def test_an_end_half_way_puts_back_what_there_was(end: str, tmp_path: Path):
    ended = steps(tmp_path, f"put_back() {{ echo put back; }}; UNDO=put_back; {end}; sleep 5; echo went on")
    assert ended.stdout.count("put back") == 1
    assert "went on" not in ended.stdout
    assert ended.returncode
