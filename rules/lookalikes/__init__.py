"""Accounts and domains that resemble the organisation's: what is alike, for and against, and what follows."""
