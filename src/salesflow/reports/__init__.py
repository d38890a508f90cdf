"""What is asked: one module a question; its docstring is its definition."""
