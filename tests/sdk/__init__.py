"""SDKs as targets."""
