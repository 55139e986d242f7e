"""MediaWiki's Action API and the comparison of revisions."""
