"""What a picture shows: marks, text, codes and facts. Pure: bytes in, `Picture` out.

Everything here runs in a worker process of its own (`monitor/sandbox.py`) and nowhere else: what it imports
is heavy (the extra `images`), what it opens comes from strangers. In the order of the work:

    decode      bytes -> Frame: format, size, upright pixels, location present or not
    references  the organisation's own files, made ready to be compared
    marks       Frame -> logos: how surely, altered or not;
                by `boxes`, `templates`, `framing`, `features` and `altered`
    owner       the text beside a shared mark -> whose it is
    avatars     Frame -> is it a copy of one of ours? by `perceptual`, the hash of a whole picture
    codes       Frame -> what QR codes say
    reader      pixels -> pieces of text, as rapidocr sees them
    misread     recognised text -> figures put right where they then are an NHS number
    text        Frame -> lines of text in the order of reading
    faces       Frame -> a number in steps, off by default
    document    bytes of a PDF -> Frames of its pages, with their text where they have it
    looking     all of them in the order of their cost: the worker's entry
    crops       bytes and places -> picture evidence with what is masked made unreadable
"""
