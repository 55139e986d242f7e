"""YouTube's Data API: questions, errors and posts."""
