"""Meta's Graph: one way of asking for Facebook, Instagram and Threads."""
