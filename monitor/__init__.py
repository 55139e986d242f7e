"""Trustwatch's core: knows no platform, no rule and no channel by name."""

__version__ = "0.1.0"
