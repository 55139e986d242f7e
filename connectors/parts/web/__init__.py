"""Pages, sitemaps, blogs and forums of the open web."""
