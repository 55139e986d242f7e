"""Labelled pictures, drawn from a seed: marks in scenes, avatars, letters, boards, QR codes, hostile files.

`python -m tests.pictures.draw OUT` writes five folders with their labels, as `monitor evaluate OUT/logo`
and its like read them. Everything in them is invented: a stand-in mark, NHS numbers of the 999 range, people
who do not exist. Nothing here knows how anything is detected.

    fonts      the typefaces: Pillow's own everywhere, the machine's where it has them
    people     invented names, dates, NHS numbers with valid check digits
    optics     what happens to a picture: turned, seen from the side, blurred, dimmed, compressed
    scenes     pictures without any mark: photographs, walls, apps, pages
    marks      the stand-in mark, lockups, the emblem, altered ones, words in boxes
    logos      marks in scenes, and scenes without
    avatars    copies of official avatars, and others that look alike
    letters    what is written on paper, boards, wristbands, labels and screens
    writings   the same, scanned, as a screenshot or photographed by telephone
    codes      QR codes in scenes
    hostile    files that want to hurt
    labels     one folder of pictures with its labels
"""
