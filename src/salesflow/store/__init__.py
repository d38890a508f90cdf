"""Where it is: the file, its transactions, its journal, its schema.

`file` opens and creates it, `schema` knows its versions, `rows` reads and writes a row, `journal` records every
change and takes it back, `copies` keeps backups, `check` looks for damage. Nothing here knows what a deal is.
"""
