"""The verbs of programs, a module each: publish, record, stand, explain, advance."""
