"""What is kept: one module a noun, its Draft, rules, SQL and columns together."""
