"""Pictures that ship with the demo and its recordings, drawn by code: `python -m tests.drawing`."""
