"""Pictures of posts: which of them are looked at, how closely, and what it may cost.

stage       a post -> the same post with what was seen in its pictures; what is fetched for it
analysis    bytes -> Picture, by a worker process; nothing is looked at twice
shelf       what was seen or fetched a short while ago, within bounds
evidence    findings -> crops that show them, in which nothing masked can be read
"""
