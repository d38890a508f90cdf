"""What goes out: one module a format that is more than a Table."""
