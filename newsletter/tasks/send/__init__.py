"""The story of `send`: order, plan, question, freeze, rounds, record; `story` tells it."""
