"""The charts of a backtest, from the figures that it kept."""
