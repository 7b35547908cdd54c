"""Answering, statement by statement: saves as they come in, and which answers stand."""
