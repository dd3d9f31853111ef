"""What can be wrong with a letter before it is sent; each is a sentence for the person who must mend it."""

from __future__ import annotations


class LetterProblem(Exception):
    """A template or what was given to it is wrong; the message holds no personal data and says the remedy."""
