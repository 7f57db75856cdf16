"""`python -m tests.simulation`, from the project's root."""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
    sys.exit(importlib.import_module("tests.simulation.command").main())
