"""What connectors share: the way out, answers, paging, plain text, the killable parser."""
