"""The 63 clause categories in their 19 groups: the words that rule files may use.

A rule may cite clauses of its own category's group only. Source: the policies of five NHS bodies.
"""

from __future__ import annotations

_GROUPS = (
    "patient-identifier patient-identifier-image confidential-person",
    "staff-identifier",
    "confidential-organisation",
    "data-protection",
    "image-or-contact-without-permission image-consent image-consent-exception tagging-without-permission"
    " consent-withdrawal",
    "defamation disrepute purporting client-organisations",
    "discrimination bullying incitement safeguarding sexual-content unlawful",
    "copyright platform-terms endorsement correction",
    "logo-misuse official-branding",
    "lookalike-account official-register official-vs-personal",
    "disclaimer",
    "pseudonym work-email ex-employee",
    "grievance",
    "whistleblowing anti-victimisation",
    "protected-expression",
    "media-contact blog-register conflict-of-interest access-approval",
    "wiki-edit wiki-edit-own-ip wiki-edit-undeclared wiki-criticism-removed wiki-derogatory-removed",
    "working-hours privacy-settings scope-unidentified-staff",
    "process routing kpi policy-review training records evidence mandate-to-monitor"
    " professional-registration other-policy caldicott-minimum caldicott-need-to-know scope",
)

GROUP = {category: number for number, words in enumerate(_GROUPS, 1) for category in words.split()}
"""category -> number of its group."""

PROTECTED_EXPRESSION = "protected-expression"
"""Clauses of this category protect the author: they are shown beside a finding and lower it."""

HANDLING = frozenset({"confidential-person", "data-protection", "patient-identifier"})
"""Clauses of these categories also bind whoever handles what was found, and not only its author."""

ANSWERING = HANDLING | {"process", "routing"}
"""Clauses of these categories bind whoever receives a complaint about personal data."""
