"""An application that stores vectors by an SDK: `python drivers/applications/run.py NAME [VERSION]`.

It is told by the variable MTCK_URI where the server is: `milvus-tck sdk judge --server lite@3.2.2 -- python
drivers/applications/run.py langchain-milvus` records what it sends, and judges that.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from isolation import run_in

_VERSIONS = {"langchain-milvus": "0.4.0", "llama-index-vector-stores-milvus": "1.2.0", "milvus-haystack": "0.1.0"}

if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in _VERSIONS:
        sys.exit(f"there is no application {name!r}; there are {', '.join(_VERSIONS)}")
    version = sys.argv[2] if len(sys.argv) > 2 else _VERSIONS[name]
    run_in(name, version, _HERE / name, _HERE / name / "application.py")
