"""Mails: fetched, parsed, turned into posts."""
