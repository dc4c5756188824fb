"""From a result file to a script that judges a promise again."""
