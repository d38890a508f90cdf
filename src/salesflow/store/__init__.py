"""Where it is: the file, its transactions, its journal, its schema."""
