"""Releases: cut from the linked table, protected, written as result objects, stored, and read."""
