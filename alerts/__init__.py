"""Alerts: what people are told. Cases to a digest, a digest to a mail, a mail to its recipient."""
