"""What the published pages call things: kinds of source, platforms, roles."""

from __future__ import annotations

from collections.abc import Mapping

from rules.engine import RuleSet

KINDS: Mapping[str, str] = {
    "rss": "news feed",
    "sitemap": "site map of a website",
    "page_watch": "web page",
    "mailbox": "mailbox that people write to",
    "eml_folder": "mails that people hand in",
    "gdelt": "index of world news (GDELT)",
    "nhs_reviews": "reviews on nhs.uk",
    "wordpress": "WordPress site",
    "discourse": "Discourse forum",
    "care_opinion": "Care Opinion",
    "wikipedia": "Wikipedia",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "whatsapp": "WhatsApp",
}
"""Kinds of source and platforms as everybody knows them; the others are names already."""


def kind_name(kind: str) -> str:
    """A kind of source, or a platform, in words."""
    return KINDS.get(kind) or kind.replace("_", " ").title()


def role_names(rules: RuleSet) -> dict[str, str]:
    """Roles as the policies in force call them, the first policy first; else their plain names."""
    named: dict[str, str] = {
        "concerns": "Freedom to Speak Up Guardian",
        "conduct": "Named reviewers of staff accounts",
        "hr": "Human resources",
        "comms": "Communications team",
        "comms_director": "Director of Communications",
        "patient_confidentiality": "Caldicott Guardian",
        "information": "Data Protection Officer",
        "welfare": "Staff wellbeing lead",
        "governors": "Corporate affairs",
    }
    for policy in reversed(rules.policies):
        named |= policy.roles
    return named
