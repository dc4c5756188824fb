"""What several verbs share: options, the values of options, the target that was named."""
