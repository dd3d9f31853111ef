"""The demonstration: everything on one machine, and one real appeal played through it."""
