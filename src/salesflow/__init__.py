"""salesflow: whom do I contact today, and why?"""

__version__ = "0.1.0"
