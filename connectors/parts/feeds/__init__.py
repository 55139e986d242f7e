"""Feeds: from a stranger's document to entries, transcripts and posts."""
