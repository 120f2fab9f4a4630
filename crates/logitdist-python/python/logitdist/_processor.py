"""Whether this processor can run the extension; loading it elsewhere would kill Python."""

import os
import platform
from pathlib import Path

#: What x86-64-v3 has beside x86-64.
_NEEDED = frozenset({"avx2", "bmi2", "fma"})
#: Set by those who have built the extension for an older processor.
_OLDER = "LOGITDIST_OLDER_PROCESSOR"


def check(flags: str) -> None:
    """Raise ImportError if a line of /proc/cpuinfo lacks an instruction set."""
    missing = sorted(_NEEDED - set(flags.split()))
    if missing and _OLDER not in os.environ:
        raise ImportError(
            f"logitdist is built for processors since 2013, and this one lacks {', '.join(missing)}: build it here by "
            f"`RUSTFLAGS='-C target-cpu=native' pip install ./crates/logitdist-python` and set {_OLDER}=1"
        )


def _flags() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    return next((line for line in lines if line.startswith("flags")), None)


if platform.machine() in ("x86_64", "AMD64"):
    _found = _flags()
    if _found is not None:
        check(_found)
