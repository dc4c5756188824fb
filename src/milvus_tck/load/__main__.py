"""`python -m milvus_tck.load`: the process that locust runs in; `milvus-tck load` starts it.

A job comes as one line of JSON on the standard input, which stays open for as long as somebody
wants the result: when it closes, the run ends. Words about the progress go to the standard
output. With `--worker PORT` the process is a worker of the master that listens there.
"""

import locust  # noqa: F401 - first of all: it patches this process for gevent

from milvus_tck.load.locust.headless import main

if __name__ == "__main__":
    main()
