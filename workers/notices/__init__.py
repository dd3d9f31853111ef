"""Letters and emails: from a template and facts to a letter on headed paper, an email and an invitation."""
