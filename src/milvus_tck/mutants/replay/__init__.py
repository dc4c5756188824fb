"""Record and replay: what a good server answered to every test, on tape."""
