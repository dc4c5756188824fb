"""The inspecting proxy: what it passes on, what it records, what rules do."""
