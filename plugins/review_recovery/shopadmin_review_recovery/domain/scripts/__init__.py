"""The guided conversation as a graph: what it is, how it is written down, what may be published, how it is walked."""
