"""X's interface behind tweepy: posts, errors, prices and where a walk stands."""
