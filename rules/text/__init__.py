"""Text as rules read it: folding, patterns, words, dates, whose voice it is."""
