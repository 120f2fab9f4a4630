"""The command ``logitdist``: ``python -m logitdist compare a.npz b.npz``."""

import signal
import sys

from . import _native


def main() -> int:
    """Run the command line of this process."""
    if "--slurm" in sys.argv:
        sys.stderr.write("error: jobs need the program itself: cargo install --locked --path crates/logitdist-cli\n")
        return 2
    # Python would hear of Ctrl-C only after the command has ended.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.command(["logitdist", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
