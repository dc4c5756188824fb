"""Programs that make a release: frozen requirements, and the index of the suites in a wheel."""
