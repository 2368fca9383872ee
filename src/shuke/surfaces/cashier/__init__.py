"""The till: one screen for clerks, and a second one for the customer. Knows of rooms only through their doors."""
