"""The local platform (fetch, start, wait, stop, deploy) and the client of the engine, local or not."""
