"""The demo's shop: a year of the Complete Journey grocery data, turned into members, orders and redemptions."""
