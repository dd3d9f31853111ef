"""Benchmarks: how fast the worker is beside the least that could do its work. ``python -m bench --help``."""
