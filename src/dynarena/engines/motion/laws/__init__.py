"""One law with a known solution a file."""
