"""Rules: pure functions, a post in, findings out. No clock, no store, no network.

Reading order: `engine` (one scan, then the exact check), `pack` (loads and refuses rule files),
`detectors` (what patterns cannot say), `references` and `identifiers` (the other two questions asked
of every post).
"""
