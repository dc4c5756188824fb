"""What pytest loads for the suites and for the harness's own tests."""

pytest_plugins = ["milvus_tck.plugin", "milvus_tck.fixtures"]
