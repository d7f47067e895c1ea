"""Lets `python -m clausewise` be `clausewise`."""

from __future__ import annotations

import sys

from clausewise.cli import main

if __name__ == "__main__":
    sys.exit(main())
