"""What the invented paper "The Vale Courier" published in the last days.

Every person and place is invented, NHS numbers are of the range 999 that is never issued.
"""

from __future__ import annotations

# (name, hours ago, title, body as HTML), oldest first.
POSTS = (
    (
        "last-month",
        24 * 30,
        "Wearside Vale NHS Foundation Trust names new chair",
        "<p>An old story: Wearside Vale NHS Foundation Trust has named a new chair.</p>",
    ),
    ("bakery", 150, "Bakery opens on Mill Lane", "<p>Sourdough from six in the morning, says the owner.</p>"),
    (
        "waiting-times",
        140,
        "Patients wait six hours at St Oswin's Hospital",
        "<p>People who came to St Oswin's Hospital on Sunday waited up to six hours, the "
        "<strong>Wearside Vale NHS Foundation Trust</strong> has confirmed.</p>",
    ),
    ("football", 120, "Vale United hold on for a draw", "<p>A late save kept the score at one all.</p>"),
    (
        "flu-clinic",
        96,
        "Flu clinic draws a crowd",
        "<p>The WVFT flu clinic gave 400 vaccinations on Saturday. &ldquo;Everybody was so kind&rdquo;, "
        "said one visitor. &#128153;</p>",
    ),
    (
        "other-trust",
        80,
        "Hospital trust on the coast opens garden",
        "<p>Another trust, far from here, has opened a sensory garden.</p>",
    ),
    (
        "letter",
        60,
        "A letter to the editor: my referral",
        "<p>My referral to Wearside Vale Hospital was lost twice. My NHS number is 999&nbsp;200&nbsp;1135 "
        "and nobody could find it.</p>",
    ),
    ("weather", 50, "Fog on the moors until Tuesday", "<p>Drivers are asked to allow more time.</p>"),
    (
        "leak",
        40,
        "Leaked paper shows plan to close ward",
        "<p>The Courier has seen a paper of Wearside Vale NHS Foundation Trust marked "
        "<em>OFFICIAL-SENSITIVE</em>. It proposes to close a ward at St Oswin&#8217;s Hospital.</p>",
    ),
    (
        "market",
        30,
        "Christmas market returns",
        "<p>Thirty stalls, a choir and, the council hopes, no rain.</p>",
    ),
    (
        "thanks",
        20,
        "Mother thanks midwives",
        "<p>A mother of twins has thanked the midwives of Wearside Vale Hospital for their care.</p>",
    ),
    ("school", 10, "School choir wins regional prize", "<p>The judges praised the altos.</p>"),
    (
        "parking",
        3,
        "Parking at St Oswin's to cost more",
        "<p>Visitors to St Oswin's Hospital will pay £3 an hour from January, WVFT said today.</p>",
    ),
)

# (post, hours ago, author, text), oldest first.
COMMENTS = (
    ("waiting-times", 138, "Vale reader", "Eight hours for us. Nobody told us why."),
    ("flu-clinic", 90, "Grateful of Mill Lane", "Thank you WVFT, in and out in ten minutes!"),
    ("football", 110, "Terrace", "That was never a corner."),
    ("leak", 30, "Worried", "If they close the ward at St Oswin's Hospital where do we go?"),
)
