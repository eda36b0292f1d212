"""Requests whose answers any Kubernetes API server must give alike: a catalogue, and what runs it."""
