"""pymilvus by one of its styles: `python drivers/pymilvus/run.py client|orm|async [VERSION]`."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from isolation import run_in

_STYLES = {"client": "client.py", "orm": "orm.py", "async": "async_client.py"}
_DEFAULT = "2.6.17"

if __name__ == "__main__":
    style = sys.argv[1] if len(sys.argv) > 1 else "client"
    if style not in _STYLES:
        sys.exit(f"there is no style {style}; there are {', '.join(_STYLES)}")
    version = sys.argv[2] if len(sys.argv) > 2 else _DEFAULT
    run_in("pymilvus", version, _HERE, _HERE / _STYLES[style])
