"""The pages of ``docs/`` that are written from the diagrams, tables, letters, stories and registers."""
