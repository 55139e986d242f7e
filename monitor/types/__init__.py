"""The frozen values that flow through Trustwatch. Every time is aware UTC.

Vocabulary, in the order things happen:

* a **source** is one configured feed, page list or account; a **connector** reads it;
* a connector yields **pages** of **posts**; a post's identity is (platform, external_id);
* an edit of a watched wiki page is a **change** of **hunks**, by an **editor** of whom only facts are told;
  people read it as **passages** of **pieces**; the wiki's log tells of **page events**;
* what was seen in a post's pictures is a **picture**: recognised **lines**, **marks** (logos), facts; how an
  account resembles the organisation is a **resemblance**, which gives its **standing**;
* a **reference** says why a post speaks of the organisation; a post kept for it is a **mention**;
* a **finding** says which rule a mention met, by positions (**spans**), never by its words;
* a **crop** is picture evidence of a finding in which nothing masked can be read;
* findings of one lane, subject, rule family and day make one **case**, the thing people work on;
* a **filter** is an exception that a person made, a **verdict** what a person says of a finding;
* what a mention with findings said before it was masked is its **original**: sealed, and **revealed** to
  a role for a reason;
* a **digest** is what one recipient is told of the cases, as one **message**;
* an **actor** (a person in a role, or the service) **answers** the **steps** of a case, under its
  **clocks**; a **reminder** falls **due**; each act and **look** is a row of the **audit log**;
* a row of the **register** (an **authorisation**) lets one account be read until it ends; then what is held
  of it is **erased**, and keyed hashes keep it from coming back. Words that were kept for long enough are
  **purged**: a **tombstone** stays.
"""

from monitor.types.digests import Alert as Alert
from monitor.types.digests import Briefing as Briefing
from monitor.types.digests import Digest as Digest
from monitor.types.digests import Item as Item
from monitor.types.digests import LaneBlock as LaneBlock
from monitor.types.digests import MentionLine as MentionLine
from monitor.types.digests import Message as Message
from monitor.types.digests import Numbers as Numbers
from monitor.types.digests import Receipt as Receipt
from monitor.types.digests import RuleWeek as RuleWeek
from monitor.types.digests import Trend as Trend
from monitor.types.digests import Update as Update
from monitor.types.edits import CONTEXT as CONTEXT
from monitor.types.edits import Change as Change
from monitor.types.edits import Editor as Editor
from monitor.types.edits import EditorKind as EditorKind
from monitor.types.edits import Hunk as Hunk
from monitor.types.edits import PageEvent as PageEvent
from monitor.types.edits import Passage as Passage
from monitor.types.edits import Piece as Piece
from monitor.types.edits import Was as Was
from monitor.types.findings import About as About
from monitor.types.findings import Clause as Clause
from monitor.types.findings import Filter as Filter
from monitor.types.findings import Finding as Finding
from monitor.types.findings import Lane as Lane
from monitor.types.findings import Pace as Pace
from monitor.types.findings import Severity as Severity
from monitor.types.findings import Verdict as Verdict
from monitor.types.lookalikes import DOMAIN as DOMAIN
from monitor.types.lookalikes import Resemblance as Resemblance
from monitor.types.lookalikes import Standing as Standing
from monitor.types.people import SERVICE as SERVICE
from monitor.types.people import Actor as Actor
from monitor.types.people import Due as Due
from monitor.types.people import Edition as Edition
from monitor.types.people import Look as Look
from monitor.types.people import Recipient as Recipient
from monitor.types.pictures import Box as Box
from monitor.types.pictures import Crop as Crop
from monitor.types.pictures import Depth as Depth
from monitor.types.pictures import Likeness as Likeness
from monitor.types.pictures import Line as Line
from monitor.types.pictures import Mark as Mark
from monitor.types.pictures import Picture as Picture
from monitor.types.pictures import Tier as Tier
from monitor.types.posts import AVATAR as AVATAR
from monitor.types.posts import GONE as GONE
from monitor.types.posts import IMAGE as IMAGE
from monitor.types.posts import Account as Account
from monitor.types.posts import Kind as Kind
from monitor.types.posts import Media as Media
from monitor.types.posts import Origin as Origin
from monitor.types.posts import Page as Page
from monitor.types.posts import Post as Post
from monitor.types.posts import Ref as Ref
from monitor.types.posts import Reference as Reference
from monitor.types.posts import Registration as Registration
from monitor.types.posts import Relation as Relation
from monitor.types.posts import Span as Span
from monitor.types.posts import State as State
from monitor.types.posts import Terms as Terms
from monitor.types.sources import Coverage as Coverage
from monitor.types.sources import PicturesSeen as PicturesSeen
from monitor.types.sources import SourceState as SourceState
from monitor.types.sources import Tally as Tally
