"""How many people a description fits: the weights, what is described, the estimate."""
