"""The verbs, one module each: options in, exit code out."""
