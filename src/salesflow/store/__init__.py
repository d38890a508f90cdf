"""Where it is: the file, its transactions, its journal, its schema.

`file` opens and creates it, `schema` knows its versions, `rows` reads and writes a row, `journal` records every
change, `reversal` takes one back, `copies` keeps backups. Nothing here knows what a deal is.
"""
