"""An example of an extension: promises, a target and a report format of somebody else."""
