"""Reddit's two doors and its listings."""
