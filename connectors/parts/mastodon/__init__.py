"""What a Mastodon server says and how it is paged."""
