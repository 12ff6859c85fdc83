"""One conservation law a file."""
