"""What is checked: one folder per RPC family. Only tests."""
