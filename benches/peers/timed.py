"""Runs a command and prints, as JSON, its wall time, its peak of memory, its exit code and what it said.

A process of its own for every command: the peak that the system keeps is then that of the command alone.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
    start = time.perf_counter()
    child = subprocess.Popen(sys.argv[1:], stdout=output, stderr=errors)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    output.seek(0)
    errors.seek(0)
    print(
        json.dumps(
            {
                "seconds": seconds,
                # Linux counts in KiB, macOS in bytes.
                "peak_mb": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6,
                "code": os.waitstatus_to_exitcode(status),
                "stdout": output.read(),
                "stderr": errors.read(),
            }
        )
    )
