"""What every test shares: patience on a busy machine, and the same examples each time where changes land."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("landing", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("landing" if os.environ.get("CI") else "local")
