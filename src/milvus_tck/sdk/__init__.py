"""SDKs as targets: drivers perform operations through an SDK, and what travelled is held against what they say.

`driver_protocol` is what a driver is told and answers, `driver_process` keeps one running and owns every timeout.
"""
