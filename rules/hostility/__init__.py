"""What the rule on hostile remarks stands on: groups, turns of phrase, misspellings, an optional model."""
