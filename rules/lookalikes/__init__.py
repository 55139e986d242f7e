"""How an account resembles the organisation: points with their reasons, and what it is to us by them.

`skeleton` makes look-alike letters plain, `wording` cuts names into words, `words` are the lists; `bodies`
knows the other bodies of the NHS, `index` the organisation. `handles`, `shown`, `profiles` and `mitigations`
each see one group of evidence; `scoring` adds them up and `standing` says what follows. Pure: no network, no
files but the shipped catalogue. The weights are those that were measured to hold on hand-written rows; they
are not learnt, so that each can be disputed.
"""

from rules.lookalikes.index import Index, Listed
from rules.lookalikes.scoring import resembles

__all__ = ["Index", "Listed", "resembles"]
