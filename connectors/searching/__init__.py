"""Searches under the organisation's own names: profiles where a platform lets them be searched, and domains.

Each stands where a connector does, so that what is found goes through the same pipeline as any post. Nobody
else is ever searched for: the questions are the organisation's names.
"""
