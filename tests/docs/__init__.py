"""Every command that a document or a help text shows, run or read as it is written."""
