import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PARENT = """
import os, signal, sys, time
from ward_warehouse.core.ending import end_children_with_this
end_children_with_this()
signal.signal(signal.SIGTERM, lambda *_: None)
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_a_forked_worker_ends_with_a_parent_that_is_killed() -> None:
    plugins = Path(__file__).resolve().parents[3] / "plugins"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(plugins)}
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait(5)
    gone, alive = psutil.wait_procs([child], timeout=5)
    assert (len(gone), alive) == (1, [])
