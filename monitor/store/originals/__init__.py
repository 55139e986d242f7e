"""Originals at rest: sealed values, the public keys they are sealed to, and what may be opened of them."""
