"""Pictures on the command line: what `check` says of them, and how often what is seen in them is right.

showing      one picture in words, masked, and as JSON
checking     `monitor check --image`
folders      folders of labelled pictures, as they are read
sheets       tables of shares
measures     what counts as right, for marks, avatars, text, codes and hostile files
measuring    `monitor evaluate FOLDER`
"""
