"""dynarena: the arena for models that predict dynamics."""

__version__ = "0.1.0"
