"""Sending an issue: order, plan, question, freeze, rounds, record; `story` has the order of it."""
