"""Bluesky's protocol and its posts."""
