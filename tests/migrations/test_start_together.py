"""Four processes start at once on an empty database: one migrates, the others wait and find it done."""

import json
import os
import subprocess
import sys
from pathlib import Path

from shopadmin import testing


def test_one_migrates_and_the_others_wait(cluster: testing.Cluster | None, tmp_path: Path) -> None:
    environment = os.environ | {"SHOPADMIN_DATA": str(tmp_path / "data"), "SECRET_KEY": "k" * 40}
    environment.pop("SHOPADMIN_FAILPOINT", None)
    if cluster:
        cluster.execute("create database together")
        environment["DATABASE_URL"] = cluster.url("together")
    command = [sys.executable, "-m", "shopadmin", "db", "upgrade", "--json"]

    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=180) for process in started]

    assert [process.returncode for process in started] == [0] * 4, outputs
    moved = [json.loads(out)["upgraded"] for out, _ in outputs]
    # Plugins that are installed move as well, each owner once, whoever of the four comes to it first.
    done = [owner for owners in moved for owner in owners]
    assert "core" in done
    assert len(done) == len(set(done))
    checked = subprocess.run([*command[:3], "check", "--json"], env=environment, capture_output=True, text=True)
    assert json.loads(checked.stdout) == {"ok": True, "problems": []}
    if cluster:
        cluster.execute("drop database together with (force)")
