"""What connectors share: safe addresses, answers, plain text, the killable parser, word diffs."""
