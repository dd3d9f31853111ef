"""The image, the Compose file and the backups, with real containers."""
