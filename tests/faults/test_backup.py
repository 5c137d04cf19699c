"""Backup and restore under kill -9, and through the command line: the old shop or the new one, never a mixture."""

import hashlib
import json
import os
import random
import signal
import time
from pathlib import Path

import commands
import pytest

from shopadmin import testing
from tests.faults.conftest import Shell

pytestmark = pytest.mark.fault


def check(shell: Shell) -> dict[str, object]:
    found: dict[str, object] = json.loads(shell.run("check", "--json").stdout)
    return found


def shop_name(shell: Shell) -> str:
    return str(json.loads(shell.run("init", "--json").stdout)["shop"]["name"])


@pytest.fixture
def archive(either_shell: Shell) -> Path:
    """A backup of the shop when it was called Before; it is called After now."""
    assert either_shell.run("init", "--name", "Before").returncode == 0
    made = Path(json.loads(either_shell.run("backup", "--json").stdout)["file"])
    assert either_shell.run("init", "--name", "After").returncode == 0
    return made


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("restore.prepared", "After"),
        ("restore.marked", "Before"),
        ("restore.moved:1", "Before"),
        ("restore.moved:2", "Before"),
        ("restore.moved:3", "Before"),
    ],
)
def test_a_restore_that_is_killed_leaves_the_old_shop_or_the_new_one(
    either_shell: Shell, archive: Path, place: str, expected: str
) -> None:
    killed = either_shell.run("restore", str(archive), "--yes", SHOPADMIN_FAILPOINT=f"{place}=kill")
    is_there = place != "restore.moved:3" or either_shell.environment.get("DATABASE_URL") == ""
    assert killed.returncode == (-signal.SIGKILL if is_there else 0)

    assert check(either_shell) == {"ok": True, "problems": []}
    assert shop_name(either_shell) == expected


def test_a_restore_can_be_repeated_after_it_was_killed(either_shell: Shell, archive: Path) -> None:
    either_shell.run("restore", str(archive), "--yes", SHOPADMIN_FAILPOINT="restore.prepared=kill")

    assert either_shell.run("restore", str(archive), "--yes").returncode == 0

    assert shop_name(either_shell) == "Before"
    assert check(either_shell)["ok"]
    assert not (either_shell.data / "restoring").exists()


def test_a_backup_that_is_killed_leaves_no_archive(either_shell: Shell, tmp_path: Path) -> None:
    assert either_shell.run("init").returncode == 0
    target = tmp_path / "b.zip"

    killed = either_shell.run("backup", str(target), SHOPADMIN_FAILPOINT="backup.drafted=kill")

    assert killed.returncode == -signal.SIGKILL
    assert not target.exists()
    assert either_shell.run("backup", str(target)).returncode == 0


def test_a_backup_killed_at_any_moment_leaves_a_whole_archive_or_none(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("demo", "--data-only").returncode == 0
    target, moment = tmp_path / "b.zip", random.Random(7)

    for _ in range(5):
        process = commands.start_silent(["backup", str(target)], shell.environment)
        time.sleep(moment.uniform(0.1, 1.5))
        process.kill()
        process.wait()
        if target.exists():
            assert shell.run("restore", str(target), "--yes").returncode == 0
            target.unlink()
    assert check(shell)["ok"]


def test_rotation_killed_between_chunks_is_finished_by_the_next_one(shell: Shell) -> None:
    assert shell.run("demo", "--data-only").returncode == 0

    killed = shell.run("keys", "rotate", SHOPADMIN_FAILPOINT="rotation.chunk:1=kill")
    assert killed.returncode == -signal.SIGKILL
    assert check(shell)["ok"]

    done = shell.run("keys", "rotate", "--json")
    assert json.loads(done.stdout)["values"] < 860
    assert check(shell)["ok"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_command_refuses_a_cut_archive_and_the_database_stays_byte_for_byte(shell: Shell) -> None:
    assert shell.run("demo", "--data-only").returncode == 0
    archive = Path(json.loads(shell.run("backup", "--json").stdout)["file"])
    os.truncate(archive, archive.stat().st_size // 2)
    before = digest(shell.database)

    result = shell.run("restore", str(archive), "--yes")

    assert result.returncode == 2
    assert result.stderr.startswith("Error: nothing was changed: ")
    assert "Traceback" not in result.stderr
    assert digest(shell.database) == before


def test_a_refused_question_changes_nothing(shell: Shell) -> None:
    assert shell.run("demo", "--data-only").returncode == 0
    archive = json.loads(shell.run("backup", "--json").stdout)["file"]
    before = digest(shell.database)

    result = shell.run("restore", archive)  # nobody answers

    assert result.returncode == 1
    assert digest(shell.database) == before


def test_an_old_shop_is_backed_up_before_it_is_upgraded(shell: Shell) -> None:
    assert shell.run("demo", "--data-only").returncode == 0
    assert shell.run("db", "downgrade", "base", "--yes").returncode == 0
    assert shell.run("init", "--name", "Again").returncode == 0

    assert list((shell.data / "backups").glob("before-upgrade-*.zip")) == []  # nothing was there to lose


def test_doctor_and_check_answer_with_one_json_object(shell: Shell) -> None:
    assert shell.run("init").returncode == 0

    doctor, checked = shell.run("doctor", "--json"), shell.run("check", "--json")

    assert (doctor.returncode, checked.returncode) == (0, 0)
    assert json.loads(doctor.stdout)["ok"] is True
    assert {entry["name"] for entry in json.loads(doctor.stdout)["checks"]} >= {"python", "disk", "keys", "schema"}
    assert json.loads(checked.stdout) == {"ok": True, "problems": []}


def test_doctor_names_what_is_wrong(shell: Shell) -> None:
    assert shell.run("init").returncode == 0
    shell.database.chmod(0o644)

    result = shell.run("doctor", "--json")

    assert result.returncode == 1
    assert [entry["name"] for entry in json.loads(result.stdout)["checks"] if not entry["ok"]] == ["files"]


def test_doctor_counts_the_connections_that_several_processes_may_take(
    either_shell: Shell, cluster: testing.Cluster | None
) -> None:
    assert either_shell.run("init").returncode == 0

    def said(processes: int) -> list[tuple[bool, str]]:
        result = either_shell.run("doctor", "--json", PROCESSES=str(processes))
        found = json.loads(result.stdout)["checks"]
        return [(entry["ok"], entry["text"]) for entry in found if entry["name"] == "connections"]

    # 400 of the tests' cluster but for 3 of its owner's; on SQLite there is nothing to run out of.
    assert said(2) == ([(True, "the shop takes up to 102, PostgreSQL gives 397")] if cluster else [])
    assert said(9) == (
        [(False, "the shop takes up to 438, PostgreSQL gives 397: raise max_connections")] if cluster else []
    )


def test_init_takes_what_is_given_and_refuses_what_cannot_be(shell: Shell) -> None:
    words = ("--name", "Corner", "--currency", "EUR", "--timezone", "Europe/Berlin", "--language", "en")
    assert json.loads(shell.run("init", *words, "--json").stdout)["shop"]["currency"] == "EUR"

    for option, value in (("--currency", "euro"), ("--timezone", "Mars/Base"), ("--language", "xx"), ("--name", " ")):
        result = shell.run("init", option, value)
        assert result.returncode == 2
        assert option in result.stderr

    kept = json.loads(shell.run("init", "--json").stdout)["shop"]
    assert (kept["name"], kept["currency"], kept["language"]) == ("Corner", "EUR", "en")
