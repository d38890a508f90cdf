"""Speed and size, measured: `python -m bench.run`. docs/benchmarks.md has the figures."""
