"""People at rest: the registers, who is away, and what is held of one person for that person."""
