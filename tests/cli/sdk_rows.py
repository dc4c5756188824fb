"""Rows of docs/exit-codes.md about SDKs, and about what is made of results or of the model; as in `comparison_rows`."""

__all__ = ["OTHERS", "SDKS", "SDKS_ELSEWHERE"]

SDKS = {
    "option-unknown-sdk": ("sdk --nonsense -- false", "--nonsense"),
    "sdk-command-none": ("sdk run", "Missing argument"),
    "sdk-command-missing": ("sdk -- no-such-driver", "there is no program 'no-such-driver'"),
    "target-typo-sdk": ("sdk --server lit@3.2.2 -- false", "milvus-tck sdk --server lite@3.2.2 -- false"),
    "out-unwritable-sdk": ("sdk --out /proc/tck -- false", "/proc/tck"),
    "baseline-missing-sdk": ("sdk --baseline none.toml -- false", "there is no baseline"),
    "check-driver-command-missing": ("sdk check-driver -- no-such-driver", "there is no program"),
    "judge-of-nothing": ("sdk judge", "name a recording by --log, or a COMMAND"),
    "judge-command-missing": ("sdk judge -- no-such-program", "there is no program 'no-such-program'"),
    "judge-no-recording": ("sdk judge --log results.ndjson", "is no recording"),
    "sdk-driver-broken": ("sdk -- false", "milvus-tck sdk check-driver -- false"),
    "check-driver-broken": ("sdk check-driver -- false", "does not answer hello"),
    "select-nothing-sdk": ("sdk --select sdk/lost-anser -- false", "milvus-tck sdk clauses"),
    "judge-nothing": ("sdk judge --log silent.jsonl", "has no call"),
}
OTHERS = {
    "observe-no-result": ("observe --from results.ndjson --out x.ndjson", "holds no results of a run"),
    "observe-target-and-results": ("observe null --from whole --out x.ndjson", "give one of them"),
    "observe-release-untold": ("observe --from nameless --out x.ndjson", "--release 2.6.20"),
    "observe-unwritable": ("observe --from whole --out nowhere/x.ndjson", "cannot be written"),
    "observe-target-typo": ("observe milvs@2.3.5 --out x.ndjson", "milvus-tck observe milvus@2.3.5"),
    "observed-missing": ("compare-observed milvus@2.6.2", "milvus-tck compare-observed milvus@2.6.20"),
    "observed-broken": ("compare-observed results.ndjson", "line 1 is no JSON"),
    "observed-line-unknown": ("compare-observed nobody.ndjson", "--profile 2.6"),
    "releases-unknown": ("releases 2.5.x 2.6", "milvus-tck releases 2.5 2.6"),
    "releases-alone": ("releases 2.5", "to which release"),
    "observed-disagrees": ("compare-observed disagreeing.ndjson", ""),
    "observe-nothing": ("observe --from whole --out x.ndjson --release 1", "nothing was seen"),
    "observed-nothing": ("compare-observed elsewhere.ndjson", "nothing could be compared"),
    "observed-agrees": ("compare-observed agreeing.ndjson", ""),
    "mutants-model-nothing": ("mutants --model --noun collectons", "no noun is called 'collectons'"),
    "mutants-model-other-option": ("mutants --model --clause a/b", "--clause says nothing about --model"),
    "mutants-field-other-option": ("mutants --field --noun queries", "--noun says nothing about --field"),
    "new-case-no-result": ("new case results.ndjson a/a:holds@grpc", "is no result file"),
    "new-case-unknown-check": ("new case whole a/a:holds@grpc", "a/a:holds@grpc"),
}
#: Those that need a server, a signal or a driver: the tests that make them.
SDKS_ELSEWHERE = {
    "unreachable-sdk": "tests/sdk/test_sdk_endings.py::test_a_server_that_is_not_there",
    "lost-sdk": "tests/sdk/test_sdk_endings.py::test_a_server_that_goes_away",
    "interrupted-sdk": "tests/sdk/test_sdk_endings.py::test_an_interrupted_run_is_reported_as_far_as_it_came",
    "check-driver-kept": "tests/sdk/test_driver_check.py::test_the_reference_driver_does_what_it_says",
    "judge-broken": "tests/sdk/test_recording_judgement.py::test_the_verb_says_what_is_broken_and_where",
    "judge-application-fails": "tests/sdk/test_recorded_application.py::test_a_failing_application_is_no_verdict",
    "judge-kept": "tests/sdk/test_recording_judgement.py::test_the_verb_says_what_is_broken_and_where",
}
