"""A mailbox for one machine: a mail server that keeps every message, and a page to read them. Not for production."""
