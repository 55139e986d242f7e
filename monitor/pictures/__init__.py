"""The stage between a post and its findings that looks at what the post shows."""
