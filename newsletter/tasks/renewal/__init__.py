"""The renewal: readers whose implied consent ends soon are asked for an express one, once."""
