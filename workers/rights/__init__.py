"""Who may start, see and do what on the engine: derived from the diagrams, written as the engine's configuration."""
