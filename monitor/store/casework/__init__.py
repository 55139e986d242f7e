"""Cases at rest as people work on them: what was done to each, what is to be done, the list."""
