"""What is measured: histograms, series over time, and what the client itself cost."""
